import { mkdir } from 'node:fs/promises';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import type { Page } from 'playwright-core';
import { startLocalStack, type LocalStack } from '../../cli/local-stack/local-stack.ts';
import { readConfig } from '../../shared/config.ts';
import { createLogger } from '../../shared/logger.ts';
import { eventually } from '../setup/eventually.ts';
import { askPage } from './ask-page.ts';
import { describeWithChromium, openBrowser, type OpenBrowser } from './chromium.ts';

const waitMs = 20_000;
let browser: OpenBrowser;
let stack: LocalStack;
let page: Page;

async function startStack(pangolinPort = '0'): Promise<LocalStack> {
  const variables = { PORT: '0', PANGOLIN_PORT: pangolinPort, LOG_LEVEL: 'silent' };
  return startLocalStack(readConfig('localStack', variables), createLogger('silent'));
}

const button = (name: string) => page.getByRole('button', { name, exact: true });
const field = (name: string) => page.getByLabel(name, { exact: true });
const outcome = () => page.locator('#outcome');
const waitForText = (id: string, text: string) =>
  page.locator(id).getByText(text, { exact: true }).waitFor({ timeout: waitMs });

async function createAudience(name: string): Promise<void> {
  await field('Name').fill(name);
  await button('Create audience').click();
  await outcome().getByText('CREATE_AUDIENCE').waitFor();
}

async function addUsers(count: number, from: number): Promise<void> {
  await field('From number').fill(String(from));
  await field('How many').fill(String(count));
  await button('Add').click();
  await outcome().getByText(`${count} of ${count} users taken`).waitFor();
}

/** Those of the last calls that are shown with this answer. */
const callsAnswered = (answer: string) =>
  page.locator('#call-rows tr').filter({ has: page.locator('.status', { hasText: answer }) });

describeWithChromium("Pangolin's page", () => {
  beforeAll(async () => {
    browser = await openBrowser();
  });
  afterAll(() => browser.close());
  beforeEach(async () => {
    stack = await startStack();
    page = await browser.open(stack.pangolinUrl);
    await waitForText('#connection', 'Live');
  });
  afterEach(async () => {
    await page.close();
    await stack.stop();
    expect(browser.problems).toEqual([]);
  });

  test('an audience is created and its count grows; a fault makes calls fail; once it ends, the members arrive', async () => {
    await createAudience('Shoe lovers');
    await page.getByRole('rowheader', { name: 'Shoe lovers' }).waitFor();
    await addUsers(500, 1);
    await waitForText('#tile-members', '500');
    await page.getByRole('row', { name: 'Shoe lovers' }).getByText('500').waitFor();

    await field('Answer 500: Share of calls').fill('100');
    await page.getByRole('switch', { name: 'Answer 500' }).click();
    await page.getByText('In force: 500 at 100 %').waitFor();
    await addUsers(250, 501);
    await callsAnswered('500').first().waitFor({ timeout: waitMs });
    expect(await page.locator('#tile-members').textContent()).toBe('500');

    await mkdir('artifacts', { recursive: true });
    await page.screenshot({ path: 'artifacts/pangolin.png' });
    await page.getByRole('switch', { name: 'Answer 500' }).click();
    await page.getByText('None in force.').waitFor();
    await waitForText('#tile-members', '750');
  });

  test('members of a segment are shown on demand, as text, and follow its count', async () => {
    await createAudience('Shoe lovers');
    await field('Typed').click();
    const hostile = '<img/src=x-onerror=alert(1)>';
    await field('User ids, one per line or separated by commas').fill(`anna, ben\n${hostile}`);
    await button('Add').click();
    await waitForText('#tile-members', '3');
    await button('Shoe lovers').click();
    await waitForText('#members-note', '3 members.');
    const listed = async () => (await page.locator('#member-list li').allTextContents()).sort();
    expect(await listed()).toEqual([hostile, 'anna', 'ben']);

    await field('User ids, one per line or separated by commas').fill('ben');
    await button('Remove').click();
    await waitForText('#members-note', '2 members.');
    expect(await listed()).toEqual([hostile, 'anna']);
    await field('Filter').fill('ann');
    await waitForText('#members-note', '2 members, 1 with “ann”.');
  });

  test('a refused title is told in the words of intake', async () => {
    await field('Refuse titles: Titles').fill('Forbidden');
    await page.getByRole('switch', { name: 'Refuse titles' }).click();
    await page.getByText('In force: titles refused: 1').waitFor();
    await createAudience('Forbidden');
    await outcome().getByText('422', { exact: true }).waitFor();
    await outcome().getByText('The title Forbidden is not allowed on this platform.').waitFor();
    await button('End all faults').click();
    await page.getByText('None in force.').waitFor();
  });

  test('a fault that is set elsewhere shows, and one change leaves the others in force', async () => {
    const faults = { error429: 0.25, retryAfterSeconds: 7, latencyMs: 20 };
    await setFaults(faults);
    await page.getByText('In force: 429 at 25 % · 20 ms late').waitFor();
    expect(await field('Answer 429: Retry-After').inputValue()).toBe('7');
    await field('Answer late: Delay').fill('30');
    await field('Answer late: Delay').press('Tab');
    await page.getByText('In force: 429 at 25 % · 30 ms late').waitFor();
    expect(await faultsInForce()).toMatchObject({ ...faults, latencyMs: 30 });
  });

  test('the keyboard alone plays VALIDATE and switches a fault, and the focus is seen', async () => {
    await page.locator('#segment-search').focus();
    await tabTo('validate');
    expect(await focusStyle()).toMatch(/^solid 3px/);
    await page.keyboard.press('Enter');
    await outcome().getByText('VALIDATE').waitFor();
    expect(await page.locator(':focus').getAttribute('id')).toBe('validate');
    await tabTo('fault-reset');
    await page.keyboard.press('Space');
    await page.getByText('In force: cut 50 %').waitFor();
    expect(await page.locator(':focus').getAttribute('id')).toBe('fault-reset');
  });

  test('it says when Pangolin is gone, and is live again when it is back', async () => {
    await createAudience('Shoe lovers');
    const { port } = new URL(stack.pangolinUrl);
    await stack.stop();
    await page.getByText('Not connected. Is Pangolin running? Trying again …').waitFor();
    stack = await startStack(port);
    await waitForText('#connection', 'Live');
    await waitForText('#tile-segments', '0');
    // The browser itself notes down every attempt that failed.
    browser.forget(/ERR_CONNECTION_REFUSED|ERR_INCOMPLETE_CHUNKED_ENCODING/);
  });

  test('every control has a name', async () => {
    expect(await askPage(page, 'controls.js', 'unnamedControls')).toEqual([]);
  });

  test.each(['light', 'dark'] as const)('texts can be read in the %s scheme', async (scheme) => {
    await page.emulateMedia({ colorScheme: scheme });
    await showEverything();
    const { checked, tooLow } = (await askPage(page, 'contrast.js', 'contrasts')) as {
      checked: number;
      tooLow: string[];
    };
    expect(checked).toBeGreaterThan(60);
    expect(tooLow).toEqual([]);
  });

  test.each([320, 360, 768, 1280])('nothing sticks out at %i px', async (width) => {
    await page.setViewportSize({ width, height: 800 });
    await showEverything();
    expect(await askPage(page, 'controls.js', 'overflowing')).toEqual([]);
  });
});

/** Segments, members, failed calls, faults in force and an outcome. */
async function showEverything(): Promise<void> {
  await createAudience(`Everyone who bought ${'very'.repeat(20)} comfortable shoes`);
  await addUsers(120, 1_000_000);
  await waitForText('#tile-members', '120');
  await page.locator('#segment-rows button').click();
  await waitForText('#members-note', '120 members.');
  await setFaults({ error500: 1, latencyMs: 1, refuseUsers: ['user-1'] });
  await addUsers(10, 1);
  await callsAnswered('500').first().waitFor({ timeout: waitMs });
}

const faultsUrl = () => `${stack.pangolinUrl}/v1/faults`;
const headers = { authorization: `Basic ${btoa('pangolin:pangolin')}` };

async function setFaults(faults: object): Promise<void> {
  await fetch(faultsUrl(), { method: 'PUT', headers, body: JSON.stringify(faults) });
}

async function faultsInForce(): Promise<unknown> {
  return (await fetch(faultsUrl(), { headers })).json();
}

async function tabTo(id: string): Promise<void> {
  await eventually(async () => {
    await page.keyboard.press('Tab');
    expect(await page.locator(':focus').getAttribute('id')).toBe(id);
  });
}

function focusStyle(): Promise<unknown> {
  return page.evaluate(
    '(({ outlineStyle, outlineWidth }) => `${outlineStyle} ${outlineWidth}`)(getComputedStyle(document.activeElement))',
  );
}
