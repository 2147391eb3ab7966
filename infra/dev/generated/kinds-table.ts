import { readFileSync } from 'node:fs';
import {
  catalogue,
  type FollowUpKind,
  followUpKinds,
  settlingFacts,
} from '../../../shared/events/catalogue.ts';
import { questionOfKind } from '../../../shared/follow-ups/question-of-kind.ts';
import { origin, table } from './markdown.ts';

const between = /(?<=<!-- kinds -->\n).*(?=<!-- \/kinds -->)/s;

/** docs/follow-ups.md as it is, with the kinds between its markers. */
export function followUpsPage(): string {
  const page = readFileSync('docs/follow-ups.md', 'utf8');
  if (!between.test(page)) throw new Error('docs/follow-ups.md has no <!-- kinds --> and <!-- /kinds -->');
  const source = origin('shared/events/catalogue.ts and shared/follow-ups/question-of-kind.ts');
  return page.replace(between, () => `${source}\n\n${kindsTable()}\n`);
}

function kindsTable(): string {
  return table(
    ['kind', 'opened by', 'Altinn is asked for', 'and bears it out if', 'settled by'],
    followUpKinds.map((kind) => {
      const { asks, bornOutBy } = questionOfKind[kind];
      const facts = settlingFacts(kind).map((fact) => `\`${fact}\``);
      return [`\`${kind}\``, openedBy(kind), asks, bornOutBy, facts.join(', ')];
    }),
  );
}

function openedBy(kind: FollowUpKind): string {
  for (const [name, row] of Object.entries(catalogue)) {
    if ('opens' in row && row.opens === kind) return `\`${name}\``;
    if ('watches' in row && row.watches.some((watched) => watched === kind))
      return `so long after \`${name}\``;
  }
  throw new Error(`nothing opens ${kind}`);
}
