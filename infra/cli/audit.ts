import { Command } from 'commander';
import { makeCorrespondence } from '../../shared/altinn/api/correspondence.ts';
import { published } from '../../shared/altinn/api/list-window.ts';
import { roleOf } from '../../shared/altinn/role.ts';
import { whoseEvents } from '../../shared/altinn/whose.ts';
import { type AuditDeps, auditPart } from '../../shared/reconcile/audit/audit-part.ts';
import { beginAudit } from '../../shared/reconcile/audit/begin.ts';
import { type AuditTask, add, type Found, nothing } from '../../shared/reconcile/audit/task.ts';
import { Timeline } from '../../shared/tracking/timeline.ts';
import { type Cli, type CommonOptions, perform, withCommonOptions } from './cli.ts';
import { type ExitCode, exit, Failure } from './exit.ts';
import { resourcesOf } from './resources.ts';
import { openStorage } from './storage.ts';
import { parseTime } from './time.ts';

interface Options extends CommonOptions {
  readonly dryRun?: boolean;
  readonly resource?: string;
  readonly since: string;
  readonly until?: string;
}

export function auditCommand(): Command {
  const command = new Command('audit').description(
    "ask Altinn for the states of letters, and put what no event told onto the receiver's queue, as the function audit-letters does nightly",
  );
  return withCommonOptions(command, 'audit --env tt02 --since 2026-11-01 --dry-run')
    .requiredOption('--since <time>', 'the letters that were published since then', parseTime)
    .option('--until <time>', 'and before then (default: now)', parseTime)
    .option('--dry-run', 'count, and change nothing')
    .option('--resource <id>', 'one resource (default: ALTINN_RESOURCES)')
    .addHelpText('after', "\nNeeds the receiver's storage settings besides the credentials.")
    .action((options: Options) => perform(options, (cli) => run(options, cli)));
}

async function run({ dryRun = false, resource, since, until }: Options, cli: Cli): Promise<ExitCode> {
  const { output, connect } = cli;
  const { settings, platform } = connect();
  const resources = resourcesOf(resource, settings.resources);
  const [first, last] = [Date.parse(since), until ? Date.parse(until) : Date.now()];
  if (first >= last) throw new Failure('--since is not before --until', exit.usage);

  const { queues, tables } = openStorage(cli);
  const role = roleOf(settings);
  const deps: AuditDeps = {
    correspondence: makeCorrespondence(platform),
    role,
    timeline: new Timeline(tables.timeline),
    events: queues.events,
    dryRun,
  };
  const reports: object[] = [];
  for (const urn of resources) {
    for (const whose of whoseEvents(settings)) {
      const window = published(first, last);
      const name = whose.subunit ? `${urn} of ${whose.subunit}` : urn;
      const task = beginAudit('by-hand', window, { resource: urn, role, whose });
      const found = await auditAll(task, deps, (soFar, left) =>
        output.progress(`${name}: ${describe(soFar)}, windows left: ${left}`),
      );
      reports.push({ resource: urn, subunit: whose.subunit, ...window, ...found });
      const enqueued = dryRun ? 'nothing was changed' : 'now on the queue';
      output.line(
        `${name}: ${describe(found)} (${enqueued})${found.incomplete > 0 ? `; ${incomplete}` : ''}`,
      );
    }
  }
  output.result({ dryRun, reports });
  return exit.ok;
}

const incomplete =
  'incomplete: more than a thousand letters were to be published at one instant, and Altinn names a thousand of them';

/** All parts of an audit, one after another. */
async function auditAll(
  whole: AuditTask,
  deps: AuditDeps,
  onPart: (soFar: Found, left: number) => void,
): Promise<Found> {
  let found = nothing;
  const left = [whole];
  for (let task = left.shift(); task; task = left.shift()) {
    const outcome = await auditPart(task, deps);
    left.unshift(...outcome.next);
    found = add(found, outcome.found);
    onPart(found, left.length);
  }
  return found;
}

function describe({ letters, missing, unverified, requests }: Found): string {
  return `${letters} letters, ${missing} facts missing, ${unverified} known by a push alone, ${requests} requests`;
}
