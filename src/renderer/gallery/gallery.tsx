/** Every component in every state, for people to look at. Not part of the app. */
import { Component, useEffect, type ReactNode } from 'react';
import { FINDINGS } from '../../common/model/tasks';
import { PageBoundary } from '../components/boundary';
import { Button } from '../components/button';
import { ChoicesMenu } from '../components/choices-menu';
import { FindingMark } from '../components/finding-mark';
import { Logo } from '../components/logo';
import { MenuButton } from '../components/menu';
import { Notices } from '../components/notices';
import { FoldIcon, PageIcon } from '../components/page-icon';
import { ProgressBar } from '../components/progress-bar';
import { Segmented } from '../components/segmented';
import { StagesBar, StagesLegend } from '../components/stages-bar';
import { Check, ErrorLine } from '../dialogs/fields';
import { PAGES, pageTitle } from '../kinds';
import { findingWord } from '../lib/findings';
import { notify } from '../state/notices';

const LOOKS = ['plain', 'primary', 'quiet', 'danger', 'icon', 'link'] as const;
const SHARES = [
  { done: 0, running: 0, failed: 0 },
  { done: 0.2, running: 0.1, failed: 0 },
  { done: 0.6, running: 0.2, failed: 0.1 },
  { done: 0.97, running: 0, failed: 0.03 },
  { done: 1, running: 0, failed: 0 },
] as const;
const STAGES = [
  { read: 0, written: 0, device: 0 },
  { read: 0.7, written: 0.5, device: 0.2 },
  { read: 1, written: 1, device: 1 },
] as const;
const CHOICES = [
  { value: 'one', text: 'Sync' },
  { value: 'two', text: 'Async' },
] as const;
const ENTRIES = [
  { id: 'a', text: 'Rename…', keys: 'F2' },
  { id: 'b', text: 'Export as CSV…', apart: true },
  { id: 'c', text: 'Remove from list', disabled: true },
] as const;

function ignore(): void {
  // Nothing happens in the gallery.
}

export function Gallery() {
  useEffect(() => {
    notify({
      code: 'no-space',
      message: 'The disk with ~/mirror is full: 3.1 GB are missing. Free some space, then resume.',
      retryable: true,
    });
  }, []);
  return (
    <main className="gallery">
      <Shelf name="Button">
        {LOOKS.map((look) => (
          <State key={look} name={look}>
            <Button look={look} aria-label={look}>
              {look === 'icon' ? '⋯' : 'New download'}
            </Button>
          </State>
        ))}
        {LOOKS.map((look) => (
          <State key={look} name={`${look}, disabled`}>
            <Button look={look} isDisabled aria-label={`${look}, disabled`}>
              {look === 'icon' ? '⋯' : 'New download'}
            </Button>
          </State>
        ))}
        <State name="focused">
          <Button autoFocus>Pause</Button>
        </State>
      </Shelf>
      <Shelf name="Segmented">
        <State name="one chosen">
          <Segmented label="One chosen" options={CHOICES} value="two" onChange={ignore} />
        </State>
        <State name="none chosen">
          <Segmented label="None chosen" options={CHOICES} value="" onChange={ignore} />
        </State>
      </Shelf>
      <Shelf name="Menus">
        <State name="of actions">
          <MenuButton label="More" entries={ENTRIES} onAction={ignore}>
            More ▾
          </MenuButton>
        </State>
        <State name="disabled">
          <MenuButton label="8 workers" entries={ENTRIES} disabled onAction={ignore}>
            8 workers ▾
          </MenuButton>
        </State>
        <State name="of several choices">
          <ChoicesMenu
            label="Speed limit"
            choices={[
              { title: 'This download', entries: ENTRIES, selected: 'a', onChange: ignore },
              { title: 'All downloads together', entries: ENTRIES, selected: 'b', onChange: ignore },
            ]}
          >
            No speed limit ▾
          </ChoicesMenu>
        </State>
      </Shelf>
      <Shelf name="Progress bar">
        {SHARES.map((shares) => (
          <State key={JSON.stringify(shares)} name={`done ${shares.done}, failed ${shares.failed}`}>
            <div className="gallery-bar">
              <ProgressBar shares={shares} />
            </div>
          </State>
        ))}
        <State name="differs">
          <div className="gallery-bar">
            <ProgressBar shares={SHARES[2]} differs />
          </div>
        </State>
      </Shelf>
      <Shelf name="Stages of a copy">
        {STAGES.map((stages) => (
          <State key={stages.read} name={`read ${stages.read}`}>
            <div className="gallery-bar">
              <StagesBar stages={stages} />
            </div>
          </State>
        ))}
        <StagesLegend />
      </Shelf>
      <Shelf name="Findings">
        {FINDINGS.map((finding) => (
          <State key={finding} name={findingWord(finding, false)}>
            <FindingMark finding={finding} />
          </State>
        ))}
      </Shelf>
      <Shelf name="Icons">
        <State name="Heddle">
          <Logo />
        </State>
        {PAGES.map((page) => (
          <State key={page} name={pageTitle(page)}>
            <PageIcon page={page} />
          </State>
        ))}
        <State name="fold">
          <FoldIcon folded={false} />
        </State>
        <State name="unfold">
          <FoldIcon folded />
        </State>
      </Shelf>
      <Shelf name="Fields">
        <Check checked onChange={ignore}>
          Checked
        </Check>
        <Check checked={false} onChange={ignore}>
          Not checked
        </Check>
        <ErrorLine
          error={{ code: 'bad-request', message: 'Choose a folder that can be written.', retryable: false }}
        />
      </Shelf>
      <Shelf name="Notices">
        <Notices />
      </Shelf>
      <Shelf name="A page that stopped">
        <PageBoundary>
          <Broken />
        </PageBoundary>
      </Shelf>
    </main>
  );
}

class Broken extends Component {
  override render(): ReactNode {
    throw new Error('Cannot read what is not there.');
  }
}

function Shelf({ name, children }: { readonly name: string; readonly children: ReactNode }) {
  return (
    <section>
      <h2>{name}</h2>
      <div className="gallery-states">{children}</div>
    </section>
  );
}

function State({ name, children }: { readonly name: string; readonly children: ReactNode }) {
  return (
    <div className="gallery-state">
      {children}
      <span>{name}</span>
    </div>
  );
}
