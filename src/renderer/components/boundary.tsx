/** A fault in one page takes that page away, and neither the window nor any job. */
import { text } from '../../common/text/text';
import { Component, type ReactNode } from 'react';
import { toErrorData } from '../../common/model/errors';
import { visible } from '../../common/model/visible';
import { copyText } from '../state/actions';
import { notifyError } from '../state/notices';
import { failureText } from '../lib/failure-text';
import { Button } from './button';
import styles from './boundary.module.css';

interface BoundaryProps {
  readonly children: ReactNode;
}

interface BoundaryState {
  readonly fault: Error | null;
}

export class PageBoundary extends Component<BoundaryProps, BoundaryState> {
  override state: BoundaryState = { fault: null };

  static getDerivedStateFromError(fault: unknown): BoundaryState {
    return { fault: fault instanceof Error ? fault : new Error(String(fault)) };
  }

  override render(): ReactNode {
    const { fault } = this.state;
    if (fault === null) return this.props.children;
    return (
      <div className={styles['stopped']} role="alert">
        <h1 className={styles['title']}>{text('stopped.page')}</h1>
        <p className={styles['text']}>{text('stopped.page.note')}</p>
        <p className={styles['fault']}>{visible(failureText(toErrorData(fault)))}</p>
        <div className={styles['buttons']}>
          <Button
            look="primary"
            onPress={() => {
              this.setState({ fault: null });
            }}
          >
            {text('stopped.page.again')}
          </Button>
          <Button
            onPress={() => {
              copyText(fault.stack ?? fault.message, text('told.copied.details')).catch(notifyError);
            }}
          >
            {text('stopped.page.copy')}
          </Button>
        </div>
      </div>
    );
  }
}

interface DialogBoundaryProps extends BoundaryProps {
  /** Takes the dialog away, which would keep everything behind it from the user. */
  readonly onFault: () => void;
}

export class DialogBoundary extends Component<DialogBoundaryProps, BoundaryState> {
  override state: BoundaryState = { fault: null };

  static getDerivedStateFromError(fault: unknown): BoundaryState {
    return PageBoundary.getDerivedStateFromError(fault);
  }

  override componentDidCatch(fault: unknown): void {
    notifyError(fault);
    this.props.onFault();
    this.setState({ fault: null });
  }

  override render(): ReactNode {
    return this.state.fault === null ? this.props.children : null;
  }
}
