import { Argument, Command } from 'commander';
import { resourceUrn } from '../../../shared/altinn/resource.ts';
import { type FollowUpKind, followUpKinds, openingFact } from '../../../shared/events/catalogue.ts';
import { explainRule } from '../../../shared/follow-ups/policy/explain-rule.ts';
import { inOslo } from '../../../shared/follow-ups/policy/step-time.ts';
import { type CommonOptions, perform, withCommonOptions } from '../cli.ts';
import { exit } from '../exit.ts';
import { parseTime } from '../time.ts';
import { policyHere } from './read.ts';

interface Options extends CommonOptions {
  readonly at?: string;
  readonly resource?: string;
}

export function explainCommand(): Command {
  const command = new Command('explain')
    .description('what would happen about a letter, and when, by the clock in Norway')
    .addArgument(new Argument('<kind>', 'the kind of follow-up').choices(followUpKinds))
    .argument('[file]', "the policy's file (default: as the app takes it)")
    .option('--at <time>', 'when the fact happened that it counts from (default: now)', parseTime)
    .option('--resource <id>', 'for a letter of this resource');
  return withCommonOptions(
    command,
    'policy explain never-read --at 2026-04-01T16:30:00Z follow-up.policy.json',
  ).action((kind: FollowUpKind, file: string | undefined, { at, resource, ...options }: Options) =>
    perform(options, async ({ output, environment }) => {
      const { policy, from } = policyHere(file, environment);
      const factAt = at ?? new Date().toISOString();
      const urn = resource && resourceUrn(resource).toLowerCase();
      const rule = policy.rule(kind, urn);
      const where = resource ? `letters of ${resource}` : 'letters of no resource in particular';
      if (!rule) {
        output.line(`${kind} of ${where} is not followed up by ${from}`);
        output.result({ from, kind, resource: urn ?? null, fact: openingFact(kind), at: factAt, steps: [] });
        return exit.ok;
      }
      const { opensAt, steps } = explainRule(rule, policy, factAt);
      output.line(`${oslo(factAt)}  ${openingFact(kind)}`);
      if (opensAt) output.line(`${oslo(opensAt)}  ${kind} is opened, unless it is settled before`);
      for (const { at, step, why } of steps) {
        output.line(`${oslo(at)}  ${step.channel}: ${why.join('; ')}`);
      }
      const listed = steps.map(({ at, step: { key, channel }, why }) => ({
        step: key,
        channel,
        at,
        oslo: oslo(at),
        why,
      }));
      output.result({
        from,
        kind,
        resource: urn ?? null,
        fact: openingFact(kind),
        at: factAt,
        ...(opensAt && { opensAt }),
        steps: listed,
      });
      return exit.ok;
    }),
  );
}

const days = ['', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];

/** @example oslo('2026-11-20T06:00:00Z') // 'Fri 2026-11-20 07:00' */
function oslo(time: string): string {
  const at = inOslo(time);
  return `${days[at.dayOfWeek]} ${at.toPlainDate()} ${at.toPlainTime().toString({ smallestUnit: 'minute' })}`;
}
