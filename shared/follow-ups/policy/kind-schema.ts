import * as z from 'zod/mini';
import { resourceProblem, resourceUrn } from '../../altinn/resource.ts';
import { type FollowUpKind, followUpKinds, isWatchdog } from '../../events/catalogue.ts';
import { nearest } from '../../runtime/nearest.ts';
import { isShortEnough, isShorter, parseWait, waitForm } from './parse-wait.ts';
import { keysOf } from './step-keys.ts';

/** What the steps of a policy are held against. */
export interface KindTerms {
  /** The names of its channels; absent: any. */
  readonly channels?: readonly string[] | undefined;
  /** The URNs of the owner's resources; absent or none: any. */
  readonly resources?: readonly string[] | undefined;
}

/** A resource as a policy names it, as a URN. */
export const urnOf = (idOrUrn: string) => resourceUrn(idOrUrn).toLowerCase();

/** A wait as a text. */
export const waitText = () =>
  z.string().check(
    z.regex(waitForm, {
      error:
        'is neither a duration in weeks, days, hours, minutes and seconds, P14D or PT36H say, nor a number of working days, "5 working days" say',
    }),
    z.refine((text) => !waitForm.test(text) || isShortEnough(parseWait(text)), {
      error: 'is longer than P365D, or 250 working days',
    }),
  );

/** What holds of each kind. */
export function kindsSchema(terms: KindTerms) {
  const kinds = followUpKinds.map((kind) => [kind, z.optional(kindSchema(kind, terms))]);
  const shape = Object.fromEntries(kinds) as Record<
    FollowUpKind,
    z.ZodMiniOptional<ReturnType<typeof kindSchema>>
  >;
  return z.strictObject(shape).check(z.describe('What is followed up. A kind that is not named is not.'));
}

function kindSchema(kind: FollowUpKind, terms: KindTerms) {
  const steps = stepsSchema(terms);
  const resource = resourceSchema(terms);
  const resources = z
    .record(resource, z.strictObject({ steps }))
    .check(
      eachOnce,
      z.describe(
        'Resources, by their ids, that have steps of their own instead. Without a step there is no follow-up there.',
      ),
    );
  const own = z.strictObject({ steps: z.optional(steps), resources: z.optional(resources) });
  const watched = z.strictObject({ ...own.shape, watch: watchSchema(resource) });
  return (isWatchdog(kind) ? watched : (own as unknown as typeof watched)).check(hasSteps, areWatched);
}

function watchSchema(resource: z.ZodMiniString) {
  return z
    .strictObject({
      after: z.optional(waitText().check(z.describe('How long after what it counts from it opens.'))),
      resources: z
        .array(resource)
        .check(z.minLength(1), z.describe('The ids of the resources that are watched.')),
    })
    .check(z.describe('What is watched for, since Altinn sends no event for it.'));
}

function resourceSchema({ resources = [] }: KindTerms) {
  return z.string().check(
    z.superRefine((id, context) => {
      const problem = resourceProblem(urnOf(id));
      const isOthers = resources.length > 0 && !resources.includes(urnOf(id));
      const message = problem
        ? `names no resource: it ${problem}`
        : isOthers
          ? 'names none of ALTINN_RESOURCES'
          : '';
      if (message) context.addIssue({ code: 'custom', message, input: id });
    }),
  );
}

function stepsSchema({ channels }: KindTerms) {
  const channel = z.string().check(
    z.refine((name) => channels?.includes(name) ?? true, {
      error: ({ input }) => {
        const near = nearest(String(input), channels ?? []);
        return `is no channel of \`channels\`, nor webhook or log${near ? `. Did you mean ${near}?` : ''}`;
      },
    }),
    z.describe('The name of a channel.'),
  );
  const step = z.strictObject({
    after: waitText().check(z.describe('Counted from the fact that opened it: a duration, or working days.')),
    channel,
    atAnyTime: z.optional(z.boolean().check(z.describe('Whether it is taken in quiet hours too.'))),
    nextAtOnceIfFailed: z.optional(
      z.boolean().check(z.describe('Whether the next step is taken at once where this one cannot be.')),
    ),
  });
  return z
    .array(step)
    .check(areInOrder, areTold, z.maxLength(20), z.describe('In the order of their times.'));
}

type Steps = readonly { readonly after: string; readonly channel: string }[];

const areInOrder = z.superRefine<Steps>((steps, context) => {
  steps.forEach(({ after }, index) => {
    const before = steps
      .slice(0, index)
      .find((earlier) => isShorter(parseWait(after), parseWait(earlier.after)));
    if (!before) return;
    const message = 'is before the step before it: put the steps into the order of their times';
    context.addIssue({ code: 'custom', path: [index, 'after'], message, input: after });
  });
});

/** A step is known by its channel and by which of that channel's steps it is. */
const areTold = z.superRefine<Steps>((steps, context) => {
  const keys = keysOf(steps);
  keys.forEach((key, index) => {
    if (keys.indexOf(key) === index) return;
    const message = `cannot be told from another step, ${key}: give one of the channels another name`;
    context.addIssue({ code: 'custom', path: [index, 'channel'], message, input: key });
  });
});

const eachOnce = z.superRefine<Readonly<Record<string, unknown>>>((resources, context) => {
  const ids = Object.keys(resources);
  for (const [index, id] of ids.entries()) {
    if (ids.findIndex((other) => urnOf(other) === urnOf(id)) === index) continue;
    context.addIssue({ code: 'custom', path: [id], message: 'is there twice, written otherwise', input: id });
  }
});

interface Kind {
  readonly steps?: unknown;
  readonly resources?: Readonly<Record<string, unknown>> | undefined;
  readonly watch?: { readonly resources: readonly string[] };
}

const hasSteps = z.refine<Kind>(({ steps, resources }) => steps !== undefined || resources !== undefined, {
  error: 'has no steps: give `steps`, empty where there is to be no follow-up, or `resources`',
});

const areWatched = z.superRefine<Kind>(({ watch, resources = {} }, context) => {
  const watched = watch?.resources.map(urnOf);
  for (const id of Object.keys(resources)) {
    if (!watched || watched.includes(urnOf(id))) continue;
    const message = 'is not watched: name it in `watch.resources` too';
    context.addIssue({ code: 'custom', path: ['resources', id], message, input: id });
  }
});
