/** What is compared, and how: the left side of the page. */
import { text } from '../../../common/text/text';
import { useId } from 'react';
import { READY_WORKS, USUAL_REPEATS, type Experiment } from '../../../common/experiments/experiment';
import { LEAST_RUNS } from '../../../common/experiments/expected';
import { hasLatency, READY_WORK_TASKS, workShows, workTitle } from '../../../common/experiments/works';
import { MODES, type Mode } from '../../../common/model/jobs';
import { contenderFacts, contenderName } from '../../../common/experiments/text';
import { formatWait } from '../../../common/model/units';
import { visible } from '../../../common/model/visible';
import { Button } from '../../components/button';
import { kindName, PAGE_KINDS } from '../../kinds';
import {
  durationMs,
  faultOf,
  POOL_SIZES,
  readsFiles,
  searchRequestOf,
  searchSizes,
  searchText,
  type ExperimentDraft,
  type DraftFault,
} from '../../lib/experiment-draft';
import { changeExperiment, draftStore, startExperiment, startingStore } from '../../state/experiment-page';
import { experimentsStore } from '../../state/experiments';
import { useInfo } from '../../state/settings';
import { useStore } from '../../state/store';
import { openDialog } from '../../state/ui';
import styles from './setup.module.css';

/** @param shown the experiment beside it, once it has ended */
export function Setup({ shown }: { readonly shown: Experiment | null }) {
  const draft = useStore(draftStore, (all) => all);
  const fault = faultOf(draft);
  const cores = useInfo()?.cores ?? 1;
  const takesMs = durationMs(draft, cores);
  return (
    <section className={styles['setup']} aria-label={text('setup.label')} tabIndex={0}>
      <WorkField draft={draft} fault={fault} />
      {draft.work !== 'own' && (
        <div className={styles['pair']}>
          {hasLatency(draft.work) && (
            <NumberField label={text('setup.latency')} field="latencyMs" draft={draft} fault={fault} />
          )}
          <NumberField
            label={text('setup.tasks')}
            field="tasks"
            draft={draft}
            fault={fault}
            placeholder={String(READY_WORK_TASKS[draft.work])}
          />
        </div>
      )}
      <ModesField draft={draft} fault={fault} />
      <div className={styles['pair']}>
        <NumberField
          label={text('setup.repeats')}
          field="repeats"
          draft={draft}
          fault={fault}
          placeholder={text('setup.repeats.usual', { least: LEAST_RUNS, most: USUAL_REPEATS })}
        />
        <NumberField label={text('setup.size')} field="size" draft={draft} fault={fault} />
      </div>
      <PoolSizes draft={draft} shown={shown} />
      {readsFiles(draft) && <PageCache draft={draft} />}
      {fault === null && (
        <p className={styles['takes']}>
          {takesMs === null
            ? text('setup.takes-unknown')
            : text('setup.takes', { time: formatWait(roundedMs(takesMs)) })}
        </p>
      )}
      {fault !== null && (
        <p id="experiment-fault" className={styles['fault']} role="alert">
          {visible(fault.message)}
        </p>
      )}
      <p className={styles['note']}>{text('setup.note')} </p>
    </section>
  );
}

/** To two figures: it is an estimate. */
function roundedMs(ms: number): number {
  return Number(ms.toPrecision(2));
}

interface FieldProps {
  readonly draft: ExperimentDraft;
  readonly fault: DraftFault | null;
}

function WorkField({ draft, fault }: FieldProps) {
  const id = useId();
  const own = draft.work === 'own';
  return (
    <div className={styles['field']}>
      <label className={styles['label']} htmlFor={id}>
        {text('setup.work')}
      </label>
      <select
        id={id}
        className={styles['select']}
        value={draft.work}
        aria-describedby={`${id}-shows`}
        onChange={(event) => {
          const work = READY_WORKS.find((each) => each === event.target.value) ?? 'own';
          changeExperiment({ work });
        }}
      >
        {READY_WORKS.map((work) => (
          <option key={work} value={work}>
            {workTitle(work)}
          </option>
        ))}
        <option value="own">{text('setup.own')}</option>
      </select>
      <p id={`${id}-shows`} className={styles['note']}>
        {draft.work === 'own' ? visible(draft.own?.label ?? text('setup.own.note')) : workShows(draft.work)}
      </p>
      {own && (
        <div
          role="group"
          aria-label={text('setup.own.label')}
          aria-describedby={fault?.field === 'own' ? 'experiment-fault' : undefined}
          className={styles['kinds']}
        >
          {PAGE_KINDS.map((kind) => (
            <Button
              key={kind}
              onPress={() => {
                openDialog({ type: 'new', kind, forExperiment: true });
              }}
            >
              {text('setup.own.kind', { kind: kindName(kind) })}
            </Button>
          ))}
        </div>
      )}
    </div>
  );
}

interface NumberFieldProps extends FieldProps {
  readonly label: string;
  readonly field: 'latencyMs' | 'tasks' | 'repeats' | 'size';
  readonly placeholder?: string;
}

function NumberField({ label, field, draft, fault, placeholder }: NumberFieldProps) {
  const id = useId();
  const wrong = fault?.field === field;
  return (
    <div className={styles['field']}>
      <label className={styles['label']} htmlFor={id}>
        {label}
      </label>
      <input
        id={id}
        className={styles['input']}
        inputMode="numeric"
        value={draft[field]}
        placeholder={placeholder}
        spellCheck={false}
        aria-invalid={wrong}
        aria-describedby={wrong ? 'experiment-fault' : undefined}
        onChange={(event) => {
          changeExperiment({ [field]: event.target.value });
        }}
      />
    </div>
  );
}

function modeNote(mode: Mode, size: string): string {
  const count = Number(size);
  return contenderFacts({ mode, size: Number.isInteger(count) && count > 0 ? count : 1 });
}

function ModesField({ draft, fault }: FieldProps) {
  const id = useId();
  return (
    <div
      role="group"
      aria-labelledby={id}
      aria-describedby={fault?.field === 'modes' ? 'experiment-fault' : undefined}
      className={styles['modes']}
    >
      <p id={id} className={styles['label']}>
        {text('setup.modes')}
      </p>
      {MODES.map((mode) => (
        <label key={mode} className={styles['mode']}>
          <input
            type="checkbox"
            checked={draft.modes.includes(mode)}
            onChange={(event) => {
              const on = event.target.checked;
              changeExperiment({
                modes: MODES.filter((each) => (each === mode ? on : draft.modes.includes(each))),
              });
            }}
          />
          <span>
            {contenderName({ mode, size: 1 })}
            <span className={styles['modeNote']}>{modeNote(mode, draft.size)}</span>
          </span>
        </label>
      ))}
    </div>
  );
}

interface PoolSizesProps {
  readonly draft: ExperimentDraft;
  readonly shown: Experiment | null;
}

function PoolSizes({ draft, shown }: PoolSizesProps) {
  const id = useId();
  const info = useInfo();
  const cores = info?.cores ?? 1;
  const busy = useStore(experimentsStore, ({ runningId }) => runningId !== null);
  const starting = useStore(startingStore, (now) => now);
  const choices = [...new Set([...POOL_SIZES, ...draft.poolSizes])].sort((a, b) => a - b);
  const request = searchRequestOf(draft, cores);
  return (
    <div className={styles['field']}>
      <p id={id} className={styles['label']}>
        {text('setup.pools')}
      </p>
      <div role="group" aria-labelledby={id} className={styles['sizes']}>
        {choices.map((size) => (
          <label key={size} className={styles['size']}>
            <input
              type="checkbox"
              className="visually-hidden"
              checked={draft.poolSizes.includes(size)}
              onChange={(event) => {
                const others = draft.poolSizes.filter((each) => each !== size);
                changeExperiment({ poolSizes: event.target.checked ? [...others, size] : others });
              }}
            />
            <span className={styles['sizeText']}>{size}</span>
          </label>
        ))}
      </div>
      <div className={styles['search']}>
        <Button
          isDisabled={busy || starting || request === null}
          onPress={() => {
            if (request !== null) startExperiment(request);
          }}
        >
          {searchText(draft, cores, shown?.request ?? null)}
        </Button>
      </div>
      <p className={styles['note']}>
        {text('setup.pools.note', { sizes: searchSizes(draft, cores).join(', ') })}
      </p>
    </div>
  );
}

function PageCache({ draft }: { readonly draft: ExperimentDraft }) {
  const id = useId();
  return (
    <div className={styles['field']}>
      <label className={styles['label']} htmlFor={id}>
        {text('setup.cache')}
      </label>
      <select
        id={id}
        className={styles['select']}
        value={draft.pageCache}
        onChange={(event) => {
          changeExperiment({ pageCache: event.target.value === 'cold' ? 'cold' : 'warm' });
        }}
      >
        <option value="warm">{text('setup.cache.warm')}</option>
        <option value="cold">{text('setup.cache.cold')}</option>
      </select>
    </div>
  );
}
