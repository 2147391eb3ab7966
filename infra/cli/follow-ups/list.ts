import { Command } from 'commander';
import type { FollowUp } from '../../../shared/follow-ups/follow-up.ts';
import { followUpId } from '../../../shared/follow-ups/follow-up.ts';
import { listLive } from '../../../shared/follow-ups/list-live.ts';
import { parseListQuery } from '../../../shared/follow-ups/list-query.ts';
import { inWords } from '../../../shared/follow-ups/people-requests.ts';
import { redactPersons } from '../../../shared/runtime/redact.ts';
import { type CommonOptions, perform, withCommonOptions } from '../cli.ts';
import { exit, Failure } from '../exit.ts';
import { openFollowUps, shown } from './open.ts';

interface Options extends CommonOptions {
  readonly state?: string;
  readonly kind?: string;
  readonly resource?: string;
  readonly max: string;
}

export function listCommand(): Command {
  const command = new Command('list')
    .description('those that need attention, one line each, the earliest fact first')
    .option('--state <name>', 'open, notified or disputed alone')
    .option('--kind <name>', 'of one kind alone: never-read, say')
    .option('--resource <id>', 'of one resource alone')
    .option('--max <number>', 'at most so many', '100');
  return withCommonOptions(command, 'follow-ups list --state notified').action((options: Options) =>
    perform(options, async (cli) => {
      const query = parseListQuery((name) =>
        name === 'state' || name === 'kind' || name === 'resource' ? options[name] : undefined,
      );
      if (!query.ok) throw new Failure(`--${inWords(query.problems)}`, exit.usage);
      const max = /^\d{1,6}$/.test(options.max) ? Number(options.max) : 0;
      if (max < 1) throw new Failure('--max must be a number from 1 on', exit.usage);
      const deps = openFollowUps(cli);
      const all: FollowUp[] = [];
      let after: string | undefined;
      do {
        const pageSize = Math.min(100, max - all.length);
        const page = await listLive({ ...query.wanted, pageSize, after }, deps);
        all.push(...page.followUps);
        for (const each of page.followUps) cli.output.line(lineOf(each));
        after = page.next;
      } while (after !== undefined && all.length < max);
      if (all.length === 0) cli.output.line('No follow-up needs attention.');
      if (after !== undefined) cli.output.note(`There are more: raise --max above ${max}.`);
      cli.output.result({ followUps: all.map(shown), more: after !== undefined });
      return exit.ok;
    }),
  );
}

function lineOf(followUp: FollowUp): string {
  const { factAt, openedAt, state, resource, snoozedUntil } = followUp;
  const snoozed = snoozedUntil && `snoozed until ${snoozedUntil}`;
  const cells = [followUpId(followUp), state, factAt ?? openedAt, resource, snoozed];
  return redactPersons(cells.filter(Boolean).join('  '));
}
