import { type Case, casesOf } from './cases.ts';
import { type Finding, finding } from './finding.ts';
import type { Heard } from './heard.ts';
import { followUpId } from './look-up.ts';
import type { Evidence } from './play.ts';
import { recipient } from './policies.ts';
import type { Told } from './told.ts';

/** How long it may take from the step to its line in the history, in milliseconds: that of a digest is written later. */
const recordedMs = 30 * 60_000;

/** Whether the receiver, asked about a follow-up, tells what happened: each step and closing that was heard, and no other. */
export function judgeHistories(evidence: Evidence): Finding {
  const { told, stored, kills } = evidence;
  const byId = new Map(told.map((one) => [one.followUpId, one]));
  const entries = told.reduce((sum, { history }) => sum + history.length, 0);
  const differing = casesOf(evidence).flatMap((one) => {
    const answer = byId.get(one.id);
    return answer ? differences(one, answer, kills) : [];
  });
  return finding('histories', told.length, `what GET /api/follow-ups/{id} tells: ${entries} lines in all`, {
    'follow-ups are not told of': stored.followUps.map(followUpId).filter((id) => !byId.has(id)),
    'follow-ups are told of in another state': stored.followUps
      .filter((one) => (byId.get(followUpId(one))?.state ?? one.state) !== one.state)
      .map(followUpId),
    'histories do not begin with how it was opened': told
      .filter(({ history }) => history[0]?.what !== 'opened')
      .map((one) => one.followUpId),
    'histories differ from what was heard': differing,
  });
}

function differences({ id, opened, closed }: Case, { history }: Told, kills: readonly number[]): string[] {
  const lines = (what: string) =>
    history.filter((entry) => entry.what === what && (what === 'step' || entry.channel !== recipient));
  // Who was killed between the sending and the writing sends it again, or tells of the closing instead.
  const wasKilledAt = ({ at }: Heard) => kills.some((kill) => at <= kill && kill <= at + recordedMs);
  const hasLine = (heard: Heard, what: 'step' | 'told') =>
    lines(what).some(({ channel, step, at }) => {
      const isIt = channel === heard.channel && (what === 'told' || step === heard.step);
      return isIt && Math.abs(Date.parse(at) - heard.at) <= recordedMs;
    });
  const isHeard = (channel: string | undefined, step: string | undefined, among: readonly Heard[]) =>
    among.some((heard) => heard.channel === channel && (step === undefined || heard.step === step));
  return [
    ...opened
      .filter((heard) => !hasLine(heard, 'step') && !wasKilledAt(heard))
      .map(({ step }) => `${id}: no ${step}`),
    ...closed
      .filter((heard) => !hasLine(heard, 'told') && !wasKilledAt(heard))
      .map(({ channel }) => `${id}: ${channel} not told`),
    ...lines('step')
      .filter(({ channel, step }) => !isHeard(channel, step, opened))
      .map(({ step }) => `${id}: ${step}, which nobody heard`),
    ...lines('told')
      .filter(({ channel }) => !isHeard(channel, undefined, closed))
      .map(({ channel }) => `${id}: ${channel} told, which heard nothing`),
  ];
}
