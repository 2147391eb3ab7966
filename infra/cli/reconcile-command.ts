import { Command, InvalidArgumentError } from 'commander';
import { utc } from '../../shared/events/time.ts';
import { perform, withCommonOptions } from './cli.ts';
import type { ReconcileOptions } from './reconcile.ts';

export function reconcileCommand(): Command {
  const command = new Command('reconcile').description(
    "pull what the push missed onto the receiver's queue, as the function reconcile-events does hourly",
  );
  return withCommonOptions(command, 'reconcile --env tt02 --since 2026-11-01 --dry-run')
    .option(
      '--since <time>',
      'look at all since then that Altinn still has, and leave the checkpoint alone',
      parseTime,
    )
    .option('--dry-run', 'count, and change nothing')
    .option('--resource <id>', 'one resource (default: ALTINN_RESOURCES)')
    .addHelpText('after', "\nNeeds the receiver's AzureWebJobsStorage besides the credentials.")
    .action((options: ReconcileOptions) =>
      perform(options, async (cli) => {
        // Only here: the clients of storage are half of what there is to load.
        const { runReconcile } = await import('./reconcile.ts');
        return runReconcile(options, cli);
      }),
    );
}

function parseTime(text: string): string {
  const time = utc(/^\d{4}-\d{2}-\d{2}$/.test(text) ? `${text}T00:00:00Z` : text);
  if (!time)
    throw new InvalidArgumentError('It is a date or an RFC 3339 time. Example: 2026-11-01T08:00:00Z');
  return time;
}
