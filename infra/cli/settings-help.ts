import { allSettings } from '../../shared/settings/declared.ts';
import type { Part } from '../../shared/settings/setting.ts';

/** The settings that a part uses, for its help: the name, and under it what it does, its default and an example. */
export function settingsHelp(part: Part): string {
  return allSettings
    .filter(({ usedBy }) => usedBy.includes(part))
    .map(({ name, description, default: value, example }) => {
      const given = value === undefined ? '' : `Default: ${value}. `;
      return `  ${name}\n      ${description.replaceAll('`', '')}\n      ${given}Example: ${example}`;
    })
    .join('\n');
}
