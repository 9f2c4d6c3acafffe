-- Opens a template in Neovim as set up in docs/editors.md, tells the findings, mends the template, tells them again.
-- Environment: SETUP the Lua of the page, TEMPLATE the file, MISTAKE the word to replace, REPAIR its replacement.
vim.g.do_filetype_lua = 1
vim.opt.swapfile = false
if not vim.lsp.start then -- Neovim 0.7 has the parts of it only
  vim.lsp.start = function(config)
    vim.lsp.buf_attach_client(0, vim.lsp.start_client(config))
  end
end
dofile(os.getenv('SETUP'))

local function tell(what)
  local found = {}
  for _, each in ipairs(vim.diagnostic.get(0)) do
    table.insert(found, {
      line = each.lnum,
      column = each.col,
      to = each.end_col,
      source = each.source,
      message = each.message,
    })
  end
  io.stdout:write(vim.json.encode({ [what] = found, filetype = vim.bo.filetype }) .. '\n')
end

local function session()
  vim.cmd('edit ' .. vim.fn.fnameescape(os.getenv('TEMPLATE')))
  vim.wait(30000, function() return #vim.diagnostic.get(0) > 0 end, 20)
  tell('before')
  vim.cmd('%s/' .. os.getenv('MISTAKE') .. '/' .. os.getenv('REPAIR') .. '/')
  vim.wait(30000, function() return #vim.diagnostic.get(0) == 0 end, 20)
  tell('after')
  vim.cmd('quitall!')
end

vim.api.nvim_create_autocmd('VimEnter', { callback = session, nested = true })
