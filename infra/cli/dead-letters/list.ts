import { Command } from 'commander';
import { redactPersons } from '../../../shared/runtime/redact.ts';
import { perform, withCommonOptions } from '../cli.ts';
import { exit } from '../exit.ts';
import { openStorage } from '../storage.ts';
import { find, messageOf, type Options, queueOption, readAll, shortId, summaryOf } from './read.ts';

export function listCommand(): Command {
  const command = new Command('list').description('one line each, oldest first').addOption(queueOption());
  return withCommonOptions(command, 'dead-letters list').action((options: Options) =>
    perform(options, async (cli) => {
      const all = await readAll(openStorage(cli), options.queue);
      for (const one of all) {
        cli.output.line(`${shortId(one)}  ${one.deadLetteredAt}  ${one.queue}  ${redactPersons(one.reason)}`);
      }
      if (all.length === 0) cli.output.line('There are no dead letters.');
      cli.output.result({ deadLetters: all.map(summaryOf) });
      return exit.ok;
    }),
  );
}

export function showCommand(): Command {
  const command = new Command('show')
    .description('one with its message, persons redacted')
    .argument('<id>', 'its id, or how it begins')
    .addOption(queueOption());
  return withCommonOptions(command, 'dead-letters show 3f9c02d1-a7be').action(
    (id: string, options: Options) =>
      perform(options, async (cli) => {
        const one = find(await readAll(openStorage(cli), options.queue), id);
        const message = messageOf(one);
        for (const [name, value] of Object.entries(summaryOf(one))) {
          cli.output.line(`${name.padEnd(16)}${redactPersons(value)}`);
        }
        cli.output.line();
        cli.output.line(typeof message === 'string' ? redactPersons(message) : redactedLines(message));
        cli.output.result({ ...summaryOf(one), message });
        return exit.ok;
      }),
  );
}

function redactedLines(message: unknown): string {
  const redacted = (_key: string, value: unknown) =>
    typeof value === 'string' ? redactPersons(value) : value;
  return JSON.stringify(message, redacted, 2);
}
