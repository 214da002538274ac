import type { ComponentProps } from 'react';
import { Button as AriaButton } from 'react-aria-components';
import styles from './button.module.css';

interface ButtonProps extends Omit<ComponentProps<typeof AriaButton>, 'className' | 'style'> {
  readonly look?: 'plain' | 'primary' | 'quiet' | 'danger' | 'icon' | 'link';
}

export function Button({ look = 'plain', ...props }: ButtonProps) {
  return <AriaButton {...props} className={`${styles['button'] ?? ''} ${styles[look] ?? ''}`} />;
}
