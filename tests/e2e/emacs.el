;;; Opens a template in Emacs as set up in docs/editors.md, tells the findings, mends the template, tells them again.
;; Environment: SETUP the Lisp of the page, TEMPLATE the file, MISTAKE the word to replace, REPAIR its replacement.

(require 'json)
(setq make-backup-files nil auto-save-default nil create-lockfiles nil
      eglot-autoreconnect nil eglot-sync-connect 30
      lsp-auto-guess-root t lsp-enable-file-watchers nil lsp-diagnostics-provider :flymake
      lsp-session-file (expand-file-name "lsp-session" (getenv "HOME")))

(defun test-found ()
  "Give the findings of this buffer, from whichever client."
  (if (bound-and-true-p lsp-mode)
      (mapcar (lambda (each)
                (let* ((range (lsp:diagnostic-range each)) (start (lsp:range-start range)))
                  `((line . ,(lsp:position-line start))
                    (column . ,(lsp:position-character start))
                    (to . ,(lsp:position-character (lsp:range-end range)))
                    (source . ,(lsp:diagnostic-source? each))
                    (message . ,(lsp:diagnostic-message each)))))
              (gethash (buffer-file-name) (lsp-diagnostics)))
    (mapcar (lambda (each)
              (save-excursion
                (goto-char (flymake-diagnostic-beg each))
                `((line . ,(1- (line-number-at-pos)))
                  (column . ,(current-column))
                  (to . ,(+ (current-column) (- (flymake-diagnostic-end each) (point))))
                  (source . "quarterdeck")
                  (message . ,(flymake-diagnostic-text each)))))
            (and (bound-and-true-p flymake-mode) (flymake-diagnostics)))))

(defun test-wait (condition)
  "Wait until CONDITION holds, 30 seconds at most."
  (let ((end (+ (float-time) 30)))
    (while (and (< (float-time) end) (not (funcall condition)))
      (accept-process-output nil 0.05))))

(defun test-tell (what)
  "Print the findings under the name WHAT."
  (princ (concat (json-encode `((,what . ,(vconcat (test-found))) (filetype . ,(symbol-name major-mode)))) "\n")))

(load (getenv "SETUP") nil t)
(find-file (getenv "TEMPLATE"))
(run-hooks 'post-command-hook) ; both clients start once the command is done
(when (fboundp 'lsp) (lsp))
(test-wait #'test-found)
(test-tell 'before)
(goto-char (point-min))
(while (search-forward (getenv "MISTAKE") nil t)
  (replace-match (getenv "REPAIR") t t))
(cond ((fboundp 'lsp) (lsp-on-change (point-min) (point-max) 0))
      (t (eglot--signal-textDocument/didChange)))
(test-wait (lambda () (null (test-found))))
(test-tell 'after)
(set-buffer-modified-p nil)
(kill-emacs 0)
