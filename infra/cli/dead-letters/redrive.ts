import { Command } from 'commander';
import { type DeadLetter, DeadLetters } from '../../../shared/queue/dead-letters.ts';
import { readHead, redriven } from '../../../shared/queue/message.ts';
import type { Storage } from '../../../shared/storage/connect.ts';
import { perform, withCommonOptions } from '../cli.ts';
import { exit, Failure } from '../exit.ts';
import { openStorage } from '../storage.ts';
import { find, messageOf, type Options, queueOption, readAll, shortId, summaryOf } from './read.ts';

interface RedriveOptions extends Options {
  readonly reason?: string;
  readonly all?: boolean;
  readonly dryRun?: boolean;
}

export function redriveCommand(): Command {
  const command = new Command('redrive')
    .description('put messages back on their queues, with all their tries before them')
    .argument('[ids...]', 'ids, or how they begin')
    .option('--reason <text>', 'those whose reason holds this text')
    .option('--all', 'all of them')
    .option('--dry-run', 'say which, and change nothing')
    .addOption(queueOption());
  return withCommonOptions(command, "dead-letters redrive --reason 'not one of ALTINN_RESOURCES'").action(
    (ids: string[], options: RedriveOptions) =>
      perform(options, async (cli) => {
        const storage = openStorage(cli);
        const { dryRun = false } = options;
        const results: { outcome: string; id: string }[] = [];
        for (const one of choose(await readAll(storage, options.queue), ids, options)) {
          const outcome = isMessage(one) ? (dryRun ? 'would be redriven' : 'redriven') : 'skipped';
          if (outcome === 'redriven') await redrive(one, storage);
          const why = outcome === 'skipped' ? ': no message of ours, and it would only come back' : '';
          cli.output.line(`${shortId(one)}  ${one.queue}  ${outcome}${why}`);
          results.push({ outcome, ...summaryOf(one) });
        }
        cli.output.result({ dryRun, deadLetters: results });
        return results.some(({ outcome }) => outcome === 'skipped') ? exit.failed : exit.ok;
      }),
  );
}

/** Queued before it is forgotten: who dies in between redrives it again, under the same message id. */
async function redrive(one: DeadLetter, { queues, tables }: Storage): Promise<void> {
  const queue = Object.values(queues).find(({ name }) => name === one.queue);
  await queue?.send(redriven(messageOf(one) as object, `${one.id}-${one.deadLetteredAt}`));
  await new DeadLetters(tables.deadLetters).remove(one);
}

function choose(all: readonly DeadLetter[], ids: readonly string[], options: RedriveOptions): DeadLetter[] {
  const { reason } = options;
  if ([ids.length > 0, reason !== undefined, options.all].filter(Boolean).length !== 1) {
    throw new Failure('Say which: ids, or --reason <text>, or --all', exit.usage);
  }
  if (ids.length > 0) return [...new Set(ids.map((id) => find(all, id)))];
  const chosen = all.filter((one) => reason === undefined || one.reason.includes(reason));
  if (chosen.length === 0) throw new Failure('There is no such dead letter: see `dead-letters list`');
  return chosen;
}

function isMessage(one: DeadLetter): boolean {
  return readHead(messageOf(one)) !== undefined;
}
