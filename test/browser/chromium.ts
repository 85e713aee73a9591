import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { describe } from '@jest/globals';
import { chromium, type Page } from 'playwright-core';
import { environment } from '../../shared/config.ts';

const names = ['chromium', 'chromium-browser', 'google-chrome'];
const flags = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
  '--disable-quic',
];
const executablePath = findChromium();
const how = 'Chromium not found: install the package chromium.';
if (executablePath === undefined && environment['REQUIRE_CHROMIUM'] === '1') throw new Error(how);

/** A suite that needs Chromium: skipped, visibly, where it is not installed. */
export const describeWithChromium =
  executablePath === undefined
    ? (name: string, suite: () => void) => {
        describe.skip(`${name} (${how})`, suite);
      }
    : describe;

/** A browser with a profile of its own. */
export interface OpenBrowser {
  /** What went wrong in pages: exceptions, errors on the console, requests to other hosts. */
  readonly problems: readonly string[];
  /** Takes problems out that a test has brought about. */
  forget(problem: RegExp): void;
  open(url: string): Promise<Page>;
  close(): Promise<void>;
}

/** Starts Chromium; what pages ask of other hosts than loopback goes nowhere, and is a problem. */
export async function openBrowser(): Promise<OpenBrowser> {
  const profile = await mkdtemp(join(tmpdir(), 'audience-relay-chromium-'));
  const context = await chromium.launchPersistentContext(profile, {
    ...(executablePath === undefined ? {} : { executablePath }),
    args: flags,
    viewport: { width: 1280, height: 860 },
    reducedMotion: 'reduce',
  });
  let problems: string[] = [];
  await context.route(
    (url) => url.hostname !== '127.0.0.1',
    async (route) => {
      problems.push(`asked for ${route.request().url()}`);
      await route.abort();
    },
  );
  context.on('weberror', (error) => problems.push(error.error().message));
  context.on('console', (message) => {
    if (message.type() === 'error') problems.push(message.text());
  });
  return {
    get problems() {
      return problems;
    },
    forget(problem) {
      problems = problems.filter((text) => !problem.test(text));
    },
    async open(url) {
      const page = await context.newPage();
      await page.goto(url);
      return page;
    },
    async close() {
      await context.close();
      await rm(profile, { recursive: true, force: true });
    },
  };
}

function findChromium(): string | undefined {
  const folders = (environment['PATH'] ?? '').split(delimiter);
  const files = folders.flatMap((folder) => names.map((name) => join(folder, name)));
  return files.find((file) => existsSync(file));
}
