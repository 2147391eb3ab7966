import { expect, it } from 'vitest';
import { readConfiguration } from '../../../shared/settings/configuration.ts';

const read = (environment: Record<string, string>) =>
  readConfiguration({ AzureWebJobsStorage: 'UseDevelopmentStorage=true', ...environment }).publicUrl;

it('is what is set, without a slash at its end', () => {
  expect(read({ RECEIVER_PUBLIC_URL: 'https://letters.example.no/' })).toBe('https://letters.example.no');
  expect(read({ RECEIVER_PUBLIC_URL: 'https://gateway.example.no/letters//' })).toBe(
    'https://gateway.example.no/letters',
  );
  expect(read({ RECEIVER_PUBLIC_URL: 'http://localhost:7071' })).toBe('http://localhost:7071');
});

it('is the app’s own host name in Azure, where it is not set', () => {
  const azure = { WEBSITE_HOSTNAME: 'func-abc123.azurewebsites.net' };
  expect(read(azure)).toBe('https://func-abc123.azurewebsites.net');
  expect(read({ ...azure, RECEIVER_PUBLIC_URL: 'https://letters.example.no' })).toBe(
    'https://letters.example.no',
  );
});

it('is not known on a developer machine', () => {
  expect(read({})).toBeUndefined();
  expect(read({ WEBSITE_HOSTNAME: 'localhost:7071' })).toBeUndefined();
});

it.each([
  'letters.example.no',
  'http://letters.example.no',
  'https://a:b@letters.example.no',
  'https://l.no/?code=x',
])('is not %s', (url) => {
  expect(() => read({ RECEIVER_PUBLIC_URL: url })).toThrow(/RECEIVER_PUBLIC_URL/);
});
