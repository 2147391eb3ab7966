/** One event: absent attributes are left out, and `data` is only there where a publisher sends it. */
export interface CorrespondenceEvent {
  readonly specversion: '1.0';
  readonly id: string;
  readonly source: string;
  readonly type: string;
  readonly time: string;
  readonly resource: string;
  readonly resourceinstance: string;
  readonly subject: string;
  readonly alternativesubject?: string;
  readonly data?: unknown;
}

/**
 * Simulated milliseconds as an event's `time`: .NET writes up to seven digits of the second and no trailing zeros.
 *
 * @example eventTime(0, 0.5) // '1970-01-01T00:00:00.0005Z'
 */
export function eventTime(milliseconds: number, rest: number): string {
  const ticks = Math.floor(rest * 10_000)
    .toString()
    .padStart(4, '0');
  const written = new Date(milliseconds).toISOString().replace('Z', ticks);
  return `${written.replace(/\.?0+$/, '')}Z`;
}

/**
 * The body of a push: the attributes in their publisher's order, `time` with its offset, and `+` as .NET escapes it.
 * Values are to be compared, never bytes.
 */
export function pushedBody(event: CorrespondenceEvent): string {
  const { source, data, ...others } = event;
  const { specversion, id, type, time, ...about } = others;
  const offset = type.startsWith('no.altinn.correspondence.') ? time.replace(/Z$/, '+00:00') : time;
  return JSON.stringify({ specversion, id, type, time: offset, ...about, source, data }).replaceAll(
    '+',
    '\\u002B',
  );
}

/** The event as the pull gives it: Altinn's order of attributes. */
export function asPulled(event: CorrespondenceEvent): CorrespondenceEvent {
  const { specversion, id, time, type, source, subject, resource, resourceinstance, ...others } = event;
  return { specversion, id, time, type, source, subject, resource, resourceinstance, ...others };
}
