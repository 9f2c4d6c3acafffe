/** The focused scenario of the chart around the open file: shown in the status bar, chosen from a list. */

import * as vscode from 'vscode';
import type { LanguageClient } from 'vscode-languageclient/node';

const CHOOSE = 'quarterdeck.chooseScenario';

/** What the server answers to `quarterdeck/scenarios`, for each chart. */
interface ChartScenarios {
    chart: string;
    focused: string;
    chosen: string | null;
    scenarios: { name: string; source: string; files: string[] }[];
}

/** The item in the status bar. */
export class ScenarioStatus implements vscode.Disposable {
    private readonly item = vscode.window.createStatusBarItem('quarterdeck.scenario', vscode.StatusBarAlignment.Right, 90);
    private readonly subscriptions: vscode.Disposable[];
    private client: LanguageClient | undefined;
    private listening: vscode.Disposable | undefined;

    constructor() {
        this.item.name = 'Helm Scenario';
        this.item.command = CHOOSE;
        this.subscriptions = [
            this.item,
            vscode.commands.registerCommand(CHOOSE, () => this.choose()),
            vscode.window.onDidChangeActiveTextEditor(() => void this.show()),
        ];
    }

    /** Takes the server that runs now, or none. */
    use(client: LanguageClient | undefined): void {
        this.listening?.dispose();
        this.client = client;
        // A chart's scenarios are known a moment after its file is opened.
        this.listening = client?.onNotification('quarterdeck/analysis', (told: { tier: number }) => {
            if (told.tier >= 2) {
                void this.show();
            }
        });
        void this.show();
    }

    dispose(): void {
        this.listening?.dispose();
        vscode.Disposable.from(...this.subscriptions).dispose();
    }

    private async show(): Promise<void> {
        const found = await this.find();
        if (found === undefined) {
            this.item.hide();
            return;
        }
        this.item.text = `$(layers) ${found.focused}`;
        this.item.tooltip = 'The values scenario that findings of this Helm chart are shown in first';
        this.item.show();
    }

    private async choose(): Promise<void> {
        const found = await this.find();
        if (found === undefined) {
            void vscode.window.showInformationMessage('Open a file of a Helm chart to choose its scenario.');
            return;
        }
        const picked = await vscode.window.showQuickPick(
            found.scenarios.map((each) => ({
                label: each.name,
                description: each.files.map((file) => vscode.workspace.asRelativePath(vscode.Uri.parse(file))).join(', '),
                picked: each.name === found.focused,
            })),
            { placeHolder: 'Scenario to focus; all others are checked in the background' },
        );
        if (picked !== undefined) {
            await this.client?.sendRequest('quarterdeck/selectScenario', { chart: found.chart, scenario: picked.label });
            await this.show();
        }
    }

    /** Gives the scenarios of the chart around the open file; nothing where there is none. */
    private async find(): Promise<ChartScenarios | undefined> {
        const document = vscode.window.activeTextEditor?.document;
        if (document?.uri.scheme !== 'file' || this.client?.isRunning() !== true) {
            return undefined;
        }
        try {
            const uri = this.client.code2ProtocolConverter.asUri(document.uri);
            const charts = await this.client.sendRequest<ChartScenarios[]>('quarterdeck/scenarios', { uri });
            return charts[0];
        } catch {
            return undefined; // a file of no chart
        }
    }
}
