import { text } from '../../common/text/text';
import { Button } from '../components/button';
import { kindText, type PageKind } from '../kinds';
import { openDialog } from '../state/ui';
import styles from './empty-state.module.css';

export function EmptyState({ kind }: { readonly kind: PageKind }) {
  return (
    <div className={styles['empty']}>
      <p className={styles['purpose']}>{kindText(kind, 'purpose')}</p>
      <Button
        onPress={() => {
          openDialog({ type: 'new', kind });
        }}
      >
        {text('job.new', { create: kindText(kind, 'create') })}
      </Button>
      <p className={styles['hint']}>{kindText(kind, 'hint')}</p>
    </div>
  );
}
