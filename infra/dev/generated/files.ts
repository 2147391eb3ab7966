import { channelsPage } from './channels-page.ts';
import { costPage } from './cost-page.ts';
import { eventsPage } from './events-page.ts';
import { holidays } from './holidays.ts';
import { followUpsPage } from './kinds-table.ts';
import { localSettings } from './local-settings.ts';
import { policyJsonSchema } from './policy-schema.ts';
import { queriesFile } from './queries.ts';
import { runbooksPage } from './runbooks-page.ts';
import { settingsPage } from './settings-page.ts';
import { signalsPage } from './signals-page.ts';
import { workbook } from './workbook.ts';

export interface GeneratedFile {
  /** From the repository's root. */
  readonly path: string;
  /** What the file has to be. A page that is generated in part is read first. */
  readonly content: () => string;
}

/** Every file that `npm run generate` writes: another one is one entry. A test fails when one is stale. */
export const generatedFiles: readonly GeneratedFile[] = [
  { path: 'docs/settings.md', content: settingsPage },
  { path: 'docs/signals.md', content: signalsPage },
  { path: 'docs/channels.md', content: channelsPage },
  { path: 'docs/events.md', content: eventsPage },
  { path: 'docs/follow-ups.md', content: followUpsPage },
  { path: 'docs/cost.md', content: costPage },
  { path: 'docs/runbooks/README.md', content: runbooksPage },
  { path: 'shared/follow-ups/policy/holidays.json', content: holidays },
  { path: 'infra/azure/queries.json', content: queriesFile },
  { path: 'infra/azure/workbook.json', content: workbook },
  { path: 'follow-up.policy.schema.json', content: policyJsonSchema },
  { path: 'local.settings.example.json', content: localSettings },
];
