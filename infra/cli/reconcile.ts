import { makeEvents } from '../../shared/altinn/api/events.ts';
import { resourceUrn } from '../../shared/altinn/resource.ts';
import { makeParked } from '../../shared/queue/dead-letters.ts';
import { Checkpoints } from '../../shared/reconcile/checkpoints.ts';
import { type Report, reconcile } from '../../shared/reconcile/reconcile.ts';
import { logTo } from '../../shared/runtime/log.ts';
import { subjectOf } from '../../shared/settings/altinn.ts';
import { readConfiguration } from '../../shared/settings/configuration.ts';
import { connectStorage } from '../../shared/storage/connect.ts';
import { Timeline } from '../../shared/tracking/timeline.ts';
import type { Cli, CommonOptions } from './cli.ts';
import { type ExitCode, exit, Failure } from './exit.ts';

export interface ReconcileOptions extends CommonOptions {
  readonly dryRun?: boolean;
  readonly resource?: string;
  readonly since?: string;
}

/**
 * Pulls what the push missed of each resource, and writes what became of it.
 * @throws Failure without a resource, and when another instance is at it; what Altinn and storage throw
 */
export async function runReconcile(
  { dryRun, resource, since }: ReconcileOptions,
  { output, environment, connect }: Cli,
): Promise<ExitCode> {
  const { settings, platform } = connect();
  const resources = resource ? [resourceUrn(resource)] : settings.resources;
  if (resources.length === 0)
    throw new Failure('--resource is missing, and ALTINN_RESOURCES too', exit.usage);

  const storage = connectStorage(readConfiguration(environment).storage);
  const queue = storage.queue('correspondence-events');
  const note = (message: string) => output.note(message);
  const deps = {
    events: makeEvents(platform),
    subject: subjectOf(settings),
    timeline: new Timeline(storage.table('timeline')),
    queue,
    parked: makeParked(storage.table('deadletters'), queue.name),
    checkpoints: new Checkpoints(storage.table('checkpoints')),
    log: logTo({ info: note, warn: note, error: note }),
  };

  const reports: Report[] = [];
  for (const urn of resources) {
    const onPage = ({ pulled, missing }: Report) =>
      output.progress(`${urn}: ${pulled} pulled, ${missing} missing`);
    const report = await reconcile(urn, deps, { since, dryRun, onPage });
    if (!report)
      throw new Failure(`${urn} is being reconciled by another instance: try again in ten minutes`);
    reports.push(report);
    const { pulled, missing, complete } = report;
    const enqueued = dryRun ? 'nothing was changed' : 'now on the queue';
    output.line(
      `${urn}: ${pulled} pulled, ${missing} missing (${enqueued})${complete ? '' : ', more to come: run it again'}`,
    );
  }
  output.result({ dryRun: dryRun ?? false, reports });
  return exit.ok;
}
