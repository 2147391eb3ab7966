import { readFileSync } from 'node:fs';
import { catalogue, type EventName, lookUp, typePrefix } from '../../../shared/events/catalogue.ts';
import { origin, table } from './markdown.ts';

const between = /(?<=<!-- catalogue -->\n).*(?=<!-- \/catalogue -->)/s;

/** docs/events.md as it is, with the catalogue's table between its markers. */
export function eventsPage(): string {
  const page = readFileSync('docs/events.md', 'utf8');
  if (!between.test(page))
    throw new Error('docs/events.md has no <!-- catalogue --> and <!-- /catalogue -->');
  return page.replace(between, () => `${origin('shared/events/catalogue.ts')}\n\n${catalogueTable()}\n`);
}

function catalogueTable(): string {
  const names = Object.keys(catalogue) as EventName[];
  return table(
    ['type', 'means', 'whose subject', '`resourceinstance`', 'fact', 'what we do'],
    names.map(row),
  );
}

function row(name: EventName): string[] {
  const found = lookUp(typePrefix + name);
  if (!found) throw new Error(`${name} is not in the catalogue`);
  const { means, subject, about, fact, opens, watches = [], closes = [] } = found;
  const work = [
    opens && `opens \`${opens}\``,
    watches.length > 0 && `watches for ${watches.map((kind) => `\`${kind}\``).join(', ')}`,
    closes.length > 0 && `closes ${closes.map((kind) => `\`${kind}\``).join(', ')}`,
  ].filter(Boolean);
  return [
    `\`${name}\``,
    means,
    subject,
    about.replace('-', ' '),
    `\`${fact}\``,
    work.join('; ') || 'keeps the fact',
  ];
}
