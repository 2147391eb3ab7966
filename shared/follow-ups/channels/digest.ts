import type { FollowUpKind } from '../../events/catalogue.ts';
import type { Digest, StepData } from './channel.ts';
import { cut, oneLine } from './clean.ts';
import { linkOf, recipientOf, resourceOf, shower, timeOf } from './message.ts';
import { type MessageOptions, type Texts, textsOf } from './texts/texts.ts';

/** One follow-up in a list of many. */
export interface Line {
  /** Of the letter, or of the attachment. */
  readonly id: string;
  readonly url: string | undefined;
  /** What else is said of it, the most telling first. */
  readonly details: readonly string[];
}

/** Many steps as a person is told of them, in whatever form. */
export interface DigestMessage {
  readonly title: string;
  readonly groups: readonly { readonly heading: string; readonly lines: readonly Line[] }[];
  readonly id: { readonly label: string; readonly value: string };
}

/** What a person is told of many steps: each letter is named, under what it needs attention for. */
export function digestMessageOf(digest: Digest, options: MessageOptions): DigestMessage {
  const { items, type, part, parts, idempotencyKey } = digest;
  const texts = textsOf(options.language);
  const count = type === 'follow-ups.closed' ? texts.manyClosed : texts.manyOpened;
  const groups = new Map<FollowUpKind, StepData[]>();
  for (const item of items) groups.set(item.kind, [...(groups.get(item.kind) ?? []), item]);
  return {
    title: `${count(items.length)}${parts > 1 ? ` (${texts.part(part, parts)})` : ''}`,
    groups: [...groups].map(([kind, of]) => ({
      heading: `${texts.headings[kind]} (${of.length})`,
      lines: of.map((item) => lineOf(item, texts, options)),
    })),
    id: { label: texts.labels.id, value: cut(oneLine(idempotencyKey), 200) },
  };
}

function lineOf(data: StepData, texts: Texts, options: MessageOptions): Line {
  const shown = shower(options);
  const { sendersReference, failed, reason, round = 1 } = data;
  const due = timeOf(data.dueAt, texts);
  const details = [
    reason && (texts.reasons[reason] ?? texts.settled),
    sendersReference && shown(sendersReference),
    due && `${texts.labels.due.toLowerCase()} ${due}`,
    round > 1 && texts.roundOf(round),
    failed && texts.failedShort(shown(failed.channel)),
    resourceOf(data, options),
    recipientOf(data, options),
    data.checkedWithAltinn === false && !reason && texts.unchecked,
  ];
  return {
    id: shown(data.correspondenceId),
    url: linkOf(data, options),
    details: details.flatMap((detail) => detail || []),
  };
}

/** Ever shorter forms of a list: with fewer and shorter details, then without addresses, then of ids alone. */
const cuts: readonly ((line: Line) => Line)[] = [
  (line) => line,
  (line) => ({ ...line, details: line.details.slice(0, 2).map((detail) => cut(detail, 40)) }),
  (line) => ({
    ...line,
    url: undefined,
    details: line.details.slice(0, 1).map((detail) => cut(detail, 40)),
  }),
  (line) => ({ id: line.id, url: undefined, details: [] }),
];

/**
 * The fullest form of a list that fits. Each letter is named in all of them.
 * @param render makes a message of it, for `fits` to look at
 */
export function fitting<T>(
  message: DigestMessage,
  render: (message: DigestMessage) => T,
  fits: (made: T) => boolean,
): T {
  const made = cuts.map((cut) => () => {
    const groups = message.groups.map((group) => ({ ...group, lines: group.lines.map(cut) }));
    return render({ ...message, groups });
  });
  for (const make of made.slice(0, -1)) {
    const one = make();
    if (fits(one)) return one;
  }
  return (made.at(-1) as () => T)();
}
