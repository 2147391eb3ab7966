import { Command } from 'commander';
import { makeEvents } from '../../shared/altinn/api/events.ts';
import { whoseEvents } from '../../shared/altinn/whose.ts';
import { DeadLetters } from '../../shared/queue/dead-letters.ts';
import { Checkpoints } from '../../shared/reconcile/checkpoints.ts';
import { type Report, reconcile } from '../../shared/reconcile/reconcile.ts';
import { logTo } from '../../shared/signals/log.ts';
import { Timeline } from '../../shared/tracking/timeline.ts';
import { type Cli, type CommonOptions, perform, withCommonOptions } from './cli.ts';
import { type ExitCode, exit, Failure } from './exit.ts';
import { resourcesOf } from './resources.ts';
import { openStorage } from './storage.ts';
import { parseTime } from './time.ts';

interface Options extends CommonOptions {
  readonly dryRun?: boolean;
  readonly resource?: string;
  readonly since?: string;
}

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
    .addHelpText('after', "\nNeeds the receiver's storage settings besides the credentials.")
    .action((options: Options) => perform(options, (cli) => run(options, cli)));
}

async function run({ dryRun, resource, since }: Options, cli: Cli): Promise<ExitCode> {
  const { output, connect } = cli;
  const { settings, platform } = connect();
  const resources = resourcesOf(resource, settings.resources);

  const { queues, tables } = openStorage(cli);
  const note = (message: string) => output.note(message);
  const deps = {
    events: makeEvents(platform),
    timeline: new Timeline(tables.timeline),
    queue: queues.events,
    deadLetters: new DeadLetters(tables.deadLetters),
    checkpoints: new Checkpoints(tables.checkpoints),
    log: logTo({ info: note, warn: note, error: note }),
  };

  const reports: Report[] = [];
  const whose = whoseEvents(settings);
  // Nothing ends a command as the host ends a function, and with --since there is no checkpoint to go on from.
  const deadline = Number.POSITIVE_INFINITY;
  for (const [urn, one] of resources.flatMap((urn) => whose.map((one) => [urn, one] as const))) {
    const name = one.subunit ? `${urn}, subunit ${one.subunit}` : urn;
    const onPage = ({ pulled, missing }: Report) =>
      output.progress(`${name}: ${pulled} pulled, ${missing} missing`);
    const report = await reconcile(urn, { ...deps, ...one }, { since, dryRun, onPage, deadline });
    if (!report)
      throw new Failure(`${name} is being reconciled by another instance: try again in ten minutes`);
    reports.push(report);
    const { pulled, missing } = report;
    const enqueued = dryRun ? 'nothing was changed' : 'now on the queue';
    output.line(`${name}: ${pulled} pulled, ${missing} missing (${enqueued})`);
  }
  output.result({ dryRun: dryRun ?? false, reports });
  return exit.ok;
}
