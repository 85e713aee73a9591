import { expect, it } from '@jest/globals';
import { isSecureUrl } from '../../../shared/http/secure-url.ts';

it.each([
  'https://api.example',
  'https://api.example:8443/v1?x=1',
  'HTTPS://API.EXAMPLE',
  'https://127.0.0.1',
  'http://localhost:8090',
  'http://LOCALHOST',
  'http://127.0.0.1:8090/v1',
  'http://[::1]:8090',
])('%s is secure', (url) => {
  expect(isSecureUrl(url)).toBe(true);
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
  '//api.example',
  'api.example',
  'localhost',
  '',
])('%j is not', (url) => {
  expect(isSecureUrl(url)).toBe(false);
});
