import { declared } from '../../../shared/settings/declared.ts';
import type { Group, Setting } from '../../../shared/settings/setting.ts';
import { origin, table } from './markdown.ts';

/** docs/settings.md. */
export function settingsPage(): string {
  const sections = Object.values<Group>(declared).map(({ title, about, settings }) =>
    [`## ${title}`, about, table(head, Object.values(settings).map(row))].filter(Boolean).join('\n\n'),
  );
  return `${[origin('shared/settings/declared.ts'), intro, ...sections].join('\n\n')}\n`;
}

const intro = `# Settings

Settings are read once, at start. An empty one counts as absent. Those that are wrong or missing stop the start: the message names all of them, each with an example, and shows no secret. A name that looks like one of these and is none is warned about.

In Azure they are application settings. On a developer machine they are in the environment, or for \`npm start\` in \`Values\` of \`local.settings.json\` (copy \`local.settings.example.json\`); the environment wins. Durations are ISO 8601: \`PT5M\` is five minutes, \`P1DT12H\` a day and a half.`;

const head = ['name', 'value', 'default', 'what it does', 'example', 'used by'];

function row({
  name,
  type,
  default: value,
  description,
  example,
  makeWith,
  secret,
  usedBy,
}: Setting): string[] {
  return [
    `<a id="${name.toLowerCase()}"></a>\`${name}\``,
    secret ? `${type.is}; **secret**` : type.is,
    value === undefined ? 'none' : `\`${value}\``,
    description,
    `\`${makeWith ?? example}\``,
    usedBy.join(', '),
  ];
}
