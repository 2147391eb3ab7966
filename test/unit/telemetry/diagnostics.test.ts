import { expect, it } from 'vitest';
import { diagnostics } from '../../../functions/telemetry/diagnostics.ts';

it('warns at once and every ten minutes, with no key, and of nothing less than a warning', () => {
  const lines: string[] = [];
  let now = 0;
  const { error, warn, info } = diagnostics(
    (line) => lines.push(line),
    () => now,
  );
  info('exported');
  error('no answer of https://collector.example.no/v1/logs?key=hidden');
  now += 599_999;
  warn('no answer');
  now += 1;
  error('no answer still');
  expect(lines).toEqual([
    'Warning: OpenTelemetry: no answer of https://collector.example.no/v1/logs?key=***\n',
    'Warning: OpenTelemetry: no answer still\n',
  ]);
});
