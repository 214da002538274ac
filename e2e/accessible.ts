/** axe's rules, in both themes and where the system says which colours there are. */
import { AxeBuilder } from '@axe-core/playwright';
import { expect, type Page } from '@playwright/test';

interface Look {
  readonly colorScheme: 'dark' | 'light';
  readonly forcedColors: 'active' | 'none';
}

export const LIGHT: Look = { colorScheme: 'light', forcedColors: 'none' };

const LOOKS: readonly Look[] = [
  { colorScheme: 'dark', forcedColors: 'none' },
  LIGHT,
  { colorScheme: 'dark', forcedColors: 'active' },
];

/** @param looks in which of them; usually in all three */
export async function expectAccessible(window: Page, looks = LOOKS): Promise<void> {
  for (const look of looks) {
    await window.emulateMedia(look);
    // Electron opens no second page, which axe's default way of running needs.
    const { violations } = await new AxeBuilder({ page: window }).setLegacyMode().analyze();
    const name = look.forcedColors === 'active' ? 'forced colours' : look.colorScheme;
    expect(violations.map(({ id, nodes }) => `${name}: ${id}: ${nodes[0]?.html ?? ''}`)).toEqual([]);
  }
  await window.emulateMedia({ forcedColors: null, colorScheme: null });
}
