import { readFileSync } from 'node:fs';
import { channelTypes } from '../../../shared/follow-ups/channels/channel-types.ts';
import { origin, table } from './markdown.ts';

/** docs/channels.md as it is, with the table of each type's settings between its markers. */
export function channelsPage(): string {
  const page = readFileSync('docs/channels.md', 'utf8');
  return channelTypes.reduce((text, { type, settings, required = [] }) => {
    const between = new RegExp(
      `(?<=<!-- settings of ${type} -->\n).*?(?=<!-- /settings of ${type} -->)`,
      's',
    );
    const rows = Object.entries(settings).map(
      ([key, { name, type, default: value, description, example, makeWith, secret }]) => [
        `\`CHANNEL_<NAME>_${name}\``,
        secret ? `${type.is}; **secret**` : type.is,
        value !== undefined ? `\`${value}\`` : required.includes(key) ? 'required' : 'none',
        description,
        `\`${makeWith ?? example}\``,
      ],
    );
    if (rows.length === 0) return text;
    if (!between.test(text))
      throw new Error(
        `docs/channels.md has no <!-- settings of ${type} --> and <!-- /settings of ${type} -->`,
      );
    const head = ['name', 'value', 'default', 'what it does', 'example'];
    const source = origin(`shared/follow-ups/channels/${type}.ts`);
    return text.replace(between, () => `${source}\n\n${table(head, rows)}\n`);
  }, page);
}
