import type { Declaration } from '../../shared/signals/declaration.ts';
import { signals } from '../../shared/signals/declared.ts';
import { type Finding, finding } from './finding.ts';
import { followUpId, isDisputed } from './look-up.ts';
import type { Evidence } from './play.ts';
import { type SignalLine, signalLines } from './signal-lines.ts';

/** How many events a kill may leave with a line and without the answer that it tells of, or with two: half of a batch. */
const inHand = 8;

/** Whether the numbers that an operator sees are true: the signals of the run, added up, against storage. */
export function judgeSignals(evidence: Evidence): Finding {
  const { counters, strangers, forgeries, stored, kills, calls, output } = evidence;
  const lines = signalLines(output);
  const of = (...names: string[]) => lines.filter(({ name }) => names.includes(name));
  const sum = (field: string, some: readonly SignalLine[]) =>
    some.reduce((total, { fields }) => total + Number(fields[field]), 0);
  const slack = inHand * kills.length;
  const count = (is: number, shouldBe: number, more = slack) =>
    is >= shouldBe && is <= shouldBe + more ? { is: 0, shouldBe: 0 } : { is, shouldBe };

  const atWebhook = lines.filter(({ source }) => source === 'receive-events');
  const told = atWebhook.filter(({ name }) => /^event\.(acknowledged|other)$/.test(name));
  const accepted = forgeries.filter(({ acknowledged }) => acknowledged);
  const pushed = of('event.tracked', 'event.duplicate').filter(({ fields }) => fields.via === 'push');
  const ofEvents = of('message.dead-lettered').filter(
    ({ fields }) => fields.queue === 'correspondence-events',
  );

  const idsOf = (...names: string[]) =>
    new Set(of(...names).map(({ fields }) => `${fields.kind}-${fields.id}`));
  const missing = (ids: Set<string>, ...states: string[]) =>
    stored.followUps
      .filter(({ state }) => states.includes(state))
      .map(followUpId)
      .filter((id) => !ids.has(id));
  const tracked = new Set(of('event.tracked').map(({ fields }) => fields.event));
  const traces = new Set(
    of('event.tracked', 'event.duplicate').map(({ fields: { trace, id } }) => `${trace} ${id}`),
  );
  const opened = idsOf('follow-up.opened');

  return finding(
    'signals',
    lines.length,
    'storage: each number that an operator sees, but for what was in hand at a kill',
    {
      'lines are no declared signal': lines.filter(isUndeclared).map(({ name }) => name),
      'events said to be acknowledged': count(
        sum('events', told),
        counters.acknowledged + strangers.length + accepted.length,
      ),
      'events that were pushed and said to be done with': count(
        pushed.length + ofEvents.length,
        sum('events', of('event.acknowledged')),
      ),
      'stored events were not said to be tracked': stored.events.filter(({ id }) => !tracked.has(id)),
      'events are said to be tracked that are not stored': [...tracked].filter(
        (id = '') => !stored.events.some((event) => event.id === id),
      ) as string[],
      'events said to be dead-lettered': count(ofEvents.length, strangers.length),
      'follow-ups said to be disputed': {
        is: idsOf('follow-up.disputed').size,
        shouldBe: forgeries.filter(isDisputed).length,
      },
      'open follow-ups were not said to be': missing(opened, 'open', 'notified', 'closed', 'disputed'),
      'notified follow-ups were not said to be': beyond(
        missing(idsOf('follow-up.notified'), 'notified', 'closed'),
        kills.length,
      ),
      'closed follow-ups were not said to be': beyond(
        missing(idsOf('follow-up.closed'), 'closed'),
        kills.length,
      ),
      'suppressed follow-ups were not said to be': beyond(
        missing(idsOf('follow-up.suppressed'), 'suppressed'),
        kills.length,
      ),
      'calls have the trace of no event of their letter': calls
        .filter(({ trace, correspondenceId }) => !traces.has(`${trace} ${correspondenceId}`))
        .map(({ id }) => id),
    },
  );
}

/** Whoever was killed between an effect and its line said nothing of it: nothing, where no more than that is missing. */
function beyond(missing: string[], allowed: number): string[] {
  return missing.length <= allowed ? [] : missing;
}

function isUndeclared({ name, fields }: SignalLine): boolean {
  const declared = (signals as Record<string, Declaration>)[name];
  if (!declared) return true;
  const known = new Set(Object.keys(declared.fields).map((field) => field.replace('?', '')));
  return Object.keys(fields).some((field) => field !== 'trace' && !known.has(field));
}
