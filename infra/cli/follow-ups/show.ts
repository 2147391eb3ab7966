import { Command } from 'commander';
import type { FollowUp } from '../../../shared/follow-ups/follow-up.ts';
import type { HistoryEntry } from '../../../shared/follow-ups/history.ts';
import type { FollowUpKey } from '../../../shared/follow-ups/people.ts';
import { redactPersons } from '../../../shared/runtime/redact.ts';
import { type CommonOptions, perform, withCommonOptions } from '../cli.ts';
import { exit } from '../exit.ts';
import type { Output } from '../output.ts';
import { noFollowUp, openFollowUps, shown, toKey } from './open.ts';

export function showCommand(): Command {
  const command = new Command('show')
    .description('one with its whole history, persons redacted but for who did what about it')
    .argument('<id>', 'as list shows it', toKey);
  return withCommonOptions(command, 'follow-ups show never-read-9f0c4a52-6d1b-4c1e-8a53-2f6f3c1d7e10').action(
    (key: FollowUpKey, options: CommonOptions) =>
      perform(options, async (cli) => {
        const followUp = await openFollowUps(cli).followUps.get(key.correspondenceId, key.kind);
        if (!followUp) throw noFollowUp(key);
        showFollowUp(followUp, cli.output);
        return exit.ok;
      }),
  );
}

/** Writes all that is known of a follow-up. */
export function showFollowUp(followUp: FollowUp, output: Output): void {
  const { history = [], ...facts } = shown(followUp);
  for (const [name, value] of Object.entries(facts)) {
    if (value === undefined) continue;
    const text = typeof value === 'object' ? JSON.stringify(value) : String(value);
    output.line(redactPersons(`${name.padEnd(18)}${text}`));
  }
  output.line();
  for (const entry of history) output.line(redactPersons(lineOf(entry)));
  output.result({ ...facts, history });
}

function lineOf({ at, what, channel, step, until, by, note, times, lastAt }: HistoryEntry): string {
  const more = [
    ...[step ?? channel, until && `until ${until}`, by && `by ${by}`, note],
    times && `${times} times, last ${lastAt}`,
  ];
  return [at, what.padEnd(12), ...more.filter(Boolean)].join('  ').trimEnd();
}
