import { expect, it } from '@jest/globals';
import { isBaseUrl } from '../../../shared/http/base-url.ts';

it.each([
  'https://api.example',
  'https://api.example:8443/v1',
  'https://api.example/v1/',
  'HTTPS://API.EXAMPLE',
  'https://127.0.0.1',
  'http://localhost:8090',
  'http://LOCALHOST',
  'http://127.0.0.1:8090/v1',
  'http://[::1]:8090',
])('%s may be a base URL', (url) => {
  expect(isBaseUrl(url)).toBe(true);
});

it.each([
  'http://api.example',
  'http://localhost.evil.example',
  'http://evil-localhost',
  'http://127.0.0.1.evil.example',
  'http://localhost@evil.example',
  'http://0.0.0.0',
  'http://10.0.0.1',
  'http://[::2]',
  'ftp://localhost',
  'ws://localhost',
  'file:///etc/passwd',
  'javascript:alert(1)',
  'https://user:password@api.example',
  'https://user@api.example',
  'https://:password@api.example',
  'http://user:password@localhost',
  'https://api.example/v1?x=1',
  'https://api.example?',
  'https://api.example/v1#x',
  'https://api.example#',
  'https://api.example ',
  ' https://api.example',
  'https://api.exa\tmple',
  'https://api.example\\',
  '//api.example',
  'api.example',
  'localhost',
  '',
])('%j may not', (url) => {
  expect(isBaseUrl(url)).toBe(false);
});
