/** Files of equal content in groups, most reclaimable space first. */
import { useState, type ReactNode } from 'react';
import { ALGORITHM_NAMES } from '../../common/model/digests';
import type { DuplicateGroup, DuplicatePage, DuplicateTotals } from '../../common/model/duplicates';
import { isEnded, type JobSummary } from '../../common/model/jobs';
import { settledTasks } from '../../common/model/tasks';
import { formatBytes, formatCount } from '../../common/model/units';
import { visible } from '../../common/model/visible';
import { text } from '../../common/text/text';
import { Button } from '../components/button';
import { MenuButton } from '../components/menu';
import { rich } from '../components/rich-text';
import { runOf } from '../lib/run-of';
import { useRequest } from '../lib/use-request';
import { SettleDuplicates } from '../dialogs/settle-duplicates';
import { exportDuplicates, settleDuplicates, showInFolder } from '../state/actions';
import styles from './duplicates-view.module.css';

/** Groups shown at once. */
const PAGE = 50;
/** Paths of a group shown before somebody asks for more. */
const FEW = 8;

interface DuplicatesViewProps {
  readonly job: JobSummary;
  /** What else can be shown of the job. */
  readonly views: ReactNode;
}

export function DuplicatesView({ job, views }: DuplicatesViewProps) {
  const [offset, setOffset] = useState(0);
  const [settled, setSettled] = useState(0);
  const [asked, setAsked] = useState<DuplicateGroup | null>(null);
  const ended = isEnded(job.state);
  const page = useRequest('jobs:duplicates', ended ? { jobId: job.id, offset, limit: PAGE } : null, {
    version: `${runOf(job)} ${settledTasks(job.counts)} ${settled}`,
  });
  if (page === null || page.totals.groups === 0) {
    return (
      <>
        <div className={styles['bar']}>{views}</div>
        <p className={styles['none']}>{noneText(ended, page)}</p>
      </>
    );
  }
  const { totals, groups } = page;
  return (
    <>
      <div className={styles['bar']}>
        {views}
        <p className={styles['sum']}>{totalsText(totals)}</p>
        {totals.groups > PAGE && <Pages offset={offset} totals={totals} onChange={setOffset} />}
        <ExportMenu job={job} />
      </div>
      {/* Scrolls, and so has to be reachable by keyboard. */}
      <ol
        key={offset}
        className={styles['groups']}
        start={offset + 1}
        tabIndex={0}
        aria-label={text('duplicates.groups')}
      >
        {groups.map((group) => (
          <Group key={group.id} jobId={job.id} group={group} onAsk={setAsked} />
        ))}
      </ol>
      {asked !== null && (
        <SettleDuplicates
          group={asked}
          onClose={() => {
            setAsked(null);
          }}
          onSettle={(keep, go, how) => {
            void settleDuplicates({ jobId: job.id, groupId: asked.id, keep, go: [...go], how }).then(() => {
              setSettled((count) => count + 1);
            });
          }}
        />
      )}
    </>
  );
}

function noneText(ended: boolean, page: DuplicatePage | null): string {
  if (!ended) return text('duplicates.later');
  return text(page === null ? 'duplicates.reading' : 'duplicates.none');
}

function totalsText({ groups, files, reclaimableBytes }: DuplicateTotals): string {
  return text('duplicates.totals', { bytes: formatBytes(reclaimableBytes), files, groups });
}

interface PagesProps {
  readonly offset: number;
  readonly totals: DuplicateTotals;
  readonly onChange: (offset: number) => void;
}

function Pages({ offset, totals: { groups }, onChange }: PagesProps) {
  return (
    <div className={styles['pages']}>
      <p className={styles['range']}>
        {text('duplicates.range', {
          first: formatCount(offset + 1),
          last: formatCount(Math.min(offset + PAGE, groups)),
          total: formatCount(groups),
        })}
      </p>
      <Button
        isDisabled={offset === 0}
        onPress={() => {
          onChange(Math.max(0, offset - PAGE));
        }}
      >
        {text('duplicates.larger')}
      </Button>
      <Button
        isDisabled={offset + PAGE >= groups}
        onPress={() => {
          onChange(offset + PAGE);
        }}
      >
        {text('duplicates.smaller')}
      </Button>
    </div>
  );
}

function ExportMenu({ job }: { readonly job: JobSummary }) {
  return (
    <MenuButton
      label={text('duplicates.export.label')}
      entries={[
        { id: 'csv', text: text('duplicates.export.csv') },
        { id: 'jsonl', text: text('duplicates.export.jsonl') },
      ]}
      onAction={(id) => {
        exportDuplicates(job.id, id === 'csv' ? 'csv' : 'jsonl');
      }}
    >
      {text('duplicates.export')} <span aria-hidden="true">▾</span>
    </MenuButton>
  );
}

/** What tells one of many alike buttons apart, for screen readers. */
function spoken(words: ReactNode): ReactNode {
  return <span className="visually-hidden">{words}</span>;
}

interface GroupProps {
  readonly jobId: number;
  readonly group: DuplicateGroup;
  /** What becomes of its files is to be asked. */
  readonly onAsk: (group: DuplicateGroup) => void;
}

function Group({ jobId, group, onAsk }: GroupProps) {
  const [all, setAll] = useState(false);
  const { files, size, reclaimable, digest, paths, links } = group;
  const shown = all ? paths : paths.slice(0, FEW);
  const hidden = paths.length - shown.length;
  const beyond = files - paths.length;
  return (
    <li className={styles['group']}>
      <p className={styles['head']}>
        <span className={styles['win']}>{formatBytes(reclaimable)}</span>
        <span className={styles['fact']}>
          {formatCount(files)} × {formatBytes(size)}
        </span>
        <span className={styles['digest']} title={`${ALGORITHM_NAMES.blake3} ${digest}`}>
          {digest.slice(0, 16)}
        </span>
        <Button
          look="link"
          onPress={() => {
            onAsk(group);
          }}
        >
          {rich('duplicates.remove', { path: visible(paths[0] ?? ''), more: spoken })}
        </Button>
      </p>
      <ul className={styles['paths']}>
        {shown.map((path, index) => (
          <li key={path} className={styles['path']}>
            {visible(path)}{' '}
            <Button
              look="link"
              onPress={() => {
                showInFolder(jobId, group.ids[index] ?? null);
              }}
            >
              {rich('duplicates.show', { path: visible(path), more: spoken })}
            </Button>
          </li>
        ))}
        {links.slice(0, all ? links.length : FEW).map((path) => (
          <li key={path} className={`${styles['path'] ?? ''} ${styles['link'] ?? ''}`}>
            {visible(path)} <span className={styles['tag']}>{text('duplicates.hard-link')}</span>
          </li>
        ))}
      </ul>
      {(hidden > 0 || beyond > 0) && (
        <p className={styles['rest']}>
          {hidden > 0 && (
            <Button
              look="quiet"
              onPress={() => {
                setAll(true);
              }}
            >
              {text('duplicates.show-more', { count: hidden })}
            </Button>
          )}
          {beyond > 0 && <span>{text('duplicates.beyond', { count: beyond })}</span>}
        </p>
      )}
    </li>
  );
}
