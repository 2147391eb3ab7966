import { casesOf } from './cases.ts';
import { type Finding, finding } from './finding.ts';
import type { Evidence } from './play.ts';
import { recipient } from './policies.ts';

/** Whether each channel that was told of what needs attention was told that it is settled, and nobody else, and once. */
export function judgeClosings({ kills, ...rest }: Evidence): Finding {
  const cases = casesOf({ kills, ...rest });
  const closings = cases.flatMap(({ id, opened, closed, openedAt }) => {
    const toTell = new Set(opened.map(({ channel }) => channel).filter((channel) => channel !== recipient));
    const told = new Set(closed.map(({ channel }) => channel));
    return [...new Set([...toTell, ...told])].map((channel) => ({
      id: `${id} (${channel})`,
      openedAt,
      isToTell: toTell.has(channel),
      heard: closed.filter((one) => one.channel === channel),
    }));
  });
  const settled = new Set(cases.filter(({ state }) => state === 'closed').map(({ id }) => id));
  const isSettled = ({ id }: { readonly id: string }) => settled.has(id.split(' ')[0] ?? '');
  const wasKilledBetween = (from: number, to: number) => kills.some((kill) => from <= kill && kill <= to);
  const told = closings.filter(({ heard }) => heard.length > 0);
  return finding(
    'closings told',
    told.length,
    'each channel that heard of a follow-up and has to hear that it is settled',
    {
      'channels were not told that it is settled': closings
        .filter(isSettled)
        .filter(({ isToTell, heard }) => isToTell && heard.length === 0),
      'channels were told of a closing and of no opening': told.filter(
        ({ isToTell, heard, openedAt }) => !isToTell && !wasKilledBetween(openedAt, heard[0]?.at ?? 0),
      ),
      'channels were told twice that it is settled': told.filter(({ heard }) =>
        heard.slice(1).some(({ at }, index) => !wasKilledBetween(heard[index]?.at ?? 0, at)),
      ),
    },
  );
}
