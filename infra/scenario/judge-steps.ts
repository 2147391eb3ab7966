import { type Case, casesOf } from './cases.ts';
import { type Finding, finding } from './finding.ts';
import type { Heard } from './heard.ts';
import { latest, policyAt, stepsBy } from './plan.ts';
import type { Evidence } from './play.ts';
import { recipient } from './policies.ts';

/** How old an answer of Altinn's is at the most that a step rests on, in milliseconds: of one alone, and of a digest. */
const answerAgeMs = { single: 3 * 60_000, digest: 15 * 60_000, gathered: 3 * 3_600_000 };
/** A message on a queue has the time in whole seconds. */
const roundedMs = 1_000;
/** How long a digest may be under way that a kill has caught. */
const resentMs = 90 * 60_000;

/** Whether each step that the policy has was taken, by what the truth was then: in its time, and not once it was settled. */
export function judgeSteps(evidence: Evidence): Finding {
  const cases = casesOf(evidence);
  const taken = cases.flatMap((one) => one.opened.map((heard) => ({ one, heard })));
  const planOf = (one: Case, heard: Heard) =>
    stepsBy(policyAt(evidence, heard.at), one).find(({ step }) => step === heard.step);
  const wasKilledBefore = ({ at }: Heard) =>
    evidence.kills.some((kill) => kill <= at && at <= kill + resentMs);
  const ageOf = ({ isOfDigest }: Heard) => (isOfDigest ? answerAgeMs.digest : answerAgeMs.single);
  const named = (wrong: readonly { one: Case; heard: Heard }[]) =>
    wrong.map(({ one, heard }) => `${one.id} (${heard.step})`);

  return finding(
    'steps taken',
    taken.length,
    `the policy and Altinn's truth: ${byChannel(taken.map(({ heard }) => heard))}`,
    {
      'steps are in no policy': named(taken.filter(({ one, heard }) => !planOf(one, heard))),
      'steps were taken before their time': named(
        taken.filter(({ one, heard }) => isEarly(heard, one, evidence)),
      ),
      'steps were taken after another that comes later': named(
        taken.filter(({ one, heard }) => overtakes(one, heard, evidence)),
      ),
      'steps were taken after it was settled': named(
        taken
          .filter(({ one, heard }) => heard.at > one.settledAt + ageOf(heard))
          .filter(({ heard }) => !(heard.isOfDigest && wasKilledBefore(heard))),
      ),
      'steps were taken without a question right before': named(
        taken
          .filter(({ one, heard }) => {
            const asked = heard.isOfDigest ? [...one.asked, ...listsOf(one, evidence)] : one.asked;
            // No list names a letter that was never published: it goes as it was found when it was gathered.
            const isInNoList = heard.isOfDigest && !one.letter.published;
            const ageMs = isInNoList ? answerAgeMs.gathered : ageOf(heard);
            return !asked.some((at) => at <= heard.at + roundedMs && heard.at - at <= ageMs);
          })
          .filter(({ heard }) => !(heard.isOfDigest && wasKilledBefore(heard))),
      ),
      'steps were never taken, or too late': cases
        .filter(({ isCertain, opened }) => isCertain || opened.length > 0)
        .flatMap((one) => missing(one, evidence)),
    },
  );
}

/** When Altinn was asked for a list of what was read or confirmed that would have named the letter. */
function listsOf({ letter }: Case, { lists }: Evidence): number[] {
  const published = Date.parse(letter.published ?? '');
  return lists
    .filter(({ status }) => status === 'Read' || status === 'Confirmed')
    .filter(({ from = 0, to = Number.POSITIVE_INFINITY }) => from < published && published < to)
    .map(({ at }) => at);
}

function isEarly(heard: Heard, one: Case, evidence: Evidence): boolean {
  const plan = stepsBy(policyAt(evidence, heard.at), one).find(({ step }) => step === heard.step);
  const isAtOnce = plan?.follows === 'a step that may fail' && isUnreachable(one, evidence);
  const time = isAtOnce ? one.from : plan?.at;
  return time !== undefined && heard.at + roundedMs < time;
}

/** Whether no reminder reaches the recipient, so that the step after it is taken at once. */
function isUnreachable({ letter }: Case, { unreachable }: Evidence): boolean {
  return unreachable.includes(letter.recipient);
}

/** Whether a step was taken for the first time though a later one of the policy was taken before. */
function overtakes({ opened, ...one }: Case, heard: Heard, evidence: Evidence): boolean {
  if (opened.find(({ step }) => step === heard.step) !== heard) return false;
  const plan = stepsBy(policyAt(evidence, heard.at), { opened, ...one }).map(({ step }) => step);
  return opened.some(
    ({ step, at }) => at + roundedMs < heard.at && plan.indexOf(step) > plan.indexOf(heard.step),
  );
}

/** The steps whose time came, with as long as they may take, before it was settled, and which nobody heard of by then. */
function missing(one: Case, evidence: Evidence): string[] {
  const { policies, endedAt } = evidence;
  const end = Math.min(one.settledAt, endedAt);
  const isOut = (channel: string) => channel === recipient && isUnreachable(one, evidence);
  return policies.flatMap((policy, index) => {
    const until = policies[index + 1]?.since ?? Number.POSITIVE_INFINITY;
    let before = 0;
    return stepsBy(policy, one).flatMap(({ channel, step, at }) => {
      const heard = one.opened.find((each) => each.step === step);
      const by = latest(Math.max(at, policy.since, before), evidence);
      before = Math.max(before, heard?.at ?? 0);
      if (isOut(channel) || by >= end || by >= until) return [];
      return heard && heard.at <= by ? [] : [`${one.id} (${step})`];
    });
  });
}

function byChannel(heards: readonly Heard[]): string {
  const channels = [...new Set(heards.map(({ channel }) => channel))];
  return channels
    .map((name) => `${heards.filter(({ channel }) => channel === name).length} ${name}`)
    .join(', ');
}
