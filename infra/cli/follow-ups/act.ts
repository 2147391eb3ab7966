import { Command } from 'commander';
import { followUpId } from '../../../shared/follow-ups/follow-up.ts';
import {
  closeByPerson,
  type FollowUpKey,
  type Outcome,
  type PeopleDeps,
  reopen,
  snooze,
} from '../../../shared/follow-ups/people.ts';
import {
  inWords,
  type PersonsAct,
  parseRequest,
  type RequestOf,
} from '../../../shared/follow-ups/people-requests.ts';
import { type CommonOptions, perform, withCommonOptions } from '../cli.ts';
import { exit, Failure } from '../exit.ts';
import { parseTime } from '../time.ts';
import { noFollowUp, openFollowUps, toKey } from './open.ts';
import { showFollowUp } from './show.ts';

const example = 'never-read-9f0c4a52-6d1b-4c1e-8a53-2f6f3c1d7e10';

export function closeCommand(): Command {
  const command = make('close', 'close one for good: it takes no step any more').requiredOption(
    '--reason <text>',
    'why',
  );
  return acting('close', command, `--reason 'told on the phone' --by 'the duty desk'`, closeByPerson);
}

export function snoozeCommand(): Command {
  const command = make('snooze', 'put one off').requiredOption(
    '--until <time>',
    'when it is looked at again, within a year',
    parseTime,
  );
  return acting('snooze', command, `--until 2026-11-30T08:00:00Z --by 'the duty desk'`, snooze);
}

export function reopenCommand(): Command {
  const command = make('reopen', 'begin a new round of one that was closed, suppressed or disputed').option(
    '--reason <text>',
    'why',
  );
  return acting('reopen', command, `--by 'the duty desk'`, reopen);
}

function make(name: PersonsAct, description: string): Command {
  return new Command(name)
    .description(description)
    .argument('<id>', 'as `follow-ups list` shows it', toKey)
    .requiredOption('--by <name>', 'who; kept in its history');
}

function acting<A extends PersonsAct>(
  name: A,
  command: Command,
  exampleOptions: string,
  act: (key: FollowUpKey, request: RequestOf<A>, deps: PeopleDeps) => Promise<Outcome>,
): Command {
  return withCommonOptions(command, `follow-ups ${name} ${example} ${exampleOptions}`).action(
    (key: FollowUpKey, options: CommonOptions) =>
      perform(options, async (cli) => {
        const { env, json, ...given } = options;
        const parsed = parseRequest(name, given, new Date());
        if (!parsed.ok) throw new Failure(`--${inWords(parsed.problems)}`, exit.usage);
        const outcome = await act(key, parsed.request, openFollowUps(cli));
        switch (outcome.is) {
          case 'unknown':
            throw noFollowUp(key);
          case 'settled':
            throw new Failure(
              `${followUpId(key)} is closed or suppressed, and waits for nothing: reopen it first`,
            );
          case 'busy':
            throw new Failure(`${followUpId(key)} was being changed by others: nothing was done, try again`);
        }
        if (outcome.is === 'so-already') cli.output.note('It was so already: nothing was changed.');
        showFollowUp(outcome.followUp, cli.output);
        return exit.ok;
      }),
  );
}
