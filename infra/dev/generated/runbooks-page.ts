import { alerts, withoutAlert } from './alerts.ts';
import { origin, table } from './markdown.ts';

const severities = ['critical', 'error', 'warning', 'informational', 'verbose'];

/** docs/runbooks/README.md: every alert, the gravest first. */
export function runbooksPage(): string {
  const rows = [...alerts()]
    .sort((one, other) => one.severity - other.severity)
    .map((alert) => [
      `[${alert.name}](${alert.name}.md)`,
      alert.title,
      `${alert.severity} ${severities[alert.severity]}`,
      `${'operator' in alert && alert.operator === 'LessThan' ? 'below' : 'above'} ${alert.threshold} ${alert.counts}`,
      spelt(alert.over),
      spelt(alert.every),
    ]);
  const onLog = alerts().filter((alert) => 'operator' in alert).length;
  return `# Runbooks

${origin('infra/azure/alerts.json')}

An alert fired: what does it mean, and what do I do?

Each page says what it means for letters, how to look, what to do, and how to know that it is over. An alert is mailed when it begins and when it ends. It ends by itself when two or three looks have found nothing of the kind in its window: that does not say that everything is mended.

${table(['alert', 'tells', 'severity', 'fires at', 'window', 'looked at every'], rows)}

A threshold and a severity can be changed, and an alert muted, by its name:

\`\`\`
azd env set ALERT_THRESHOLDS 'many-duplicates=40,late-messages=1800'
azd env set ALERT_SEVERITIES 'many-duplicates=4'
azd env set MUTED_ALERTS 'unlisted-callers'
azd provision
\`\`\`

${onLog} are on the log and ${alerts().length - onLog} on Azure's own counts. Azure charges for each, and for how often it is looked at: on the log a quarter of an hour is [the cheapest step](https://azure.microsoft.com/pricing/details/monitor/).

## Without an alert

Every signal that warns is in an alert, but for these:

${table(
  ['signal', 'because'],
  Object.entries(withoutAlert()).map(([signal, reason]) => [`\`${signal}\``, reason]),
)}

## How to look

The workbook has the whole picture: in Azure's portal the resource group, then the workbook. Each alert's query is in the query pack beside it, and in \`infra/azure/queries/alerts\`: open the workspace, then Logs, then Queries. Every line of the log has a \`trace\`: all that became of one event, through every queue, is

\`\`\`
AppTraces | where Message has "4bf92f3577b34da6a3ce929d0e0e4736" | sort by TimeGenerated asc
\`\`\`
`;
}

function spelt(duration: string): string {
  const [, count, unit = ''] = /^PT?(\d+)([MHD])$/.exec(duration) ?? [];
  return `${count} ${{ M: 'min', H: 'h', D: 'd' }[unit]}`;
}
