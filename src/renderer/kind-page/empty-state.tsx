import { Button } from '../components/button';
import { WORDS, type PageKind } from '../kinds';
import { openDialog } from '../state/ui';
import styles from './empty-state.module.css';

export function EmptyState({ kind }: { readonly kind: PageKind }) {
  const words = WORDS[kind];
  return (
    <div className={styles['empty']}>
      <p className={styles['purpose']}>{words.purpose}</p>
      <Button
        onPress={() => {
          openDialog({ type: 'new', kind });
        }}
      >
        {words.create}…
      </Button>
      <p className={styles['hint']}>{words.hint}</p>
    </div>
  );
}
