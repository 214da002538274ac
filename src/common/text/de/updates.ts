import type { updates as english } from '../en/updates';
import type { Translated } from '../messages';

export const updates: Translated<typeof english> = {
  'updates.none': 'Heddle {version} ist die neueste Version.',
  'updates.unknown':
    'Dieses Heddle aktualisiert sich nicht selbst. Neue Versionen gibt es dort, woher dieses stammt.',
  'updates.found': 'Heddle {version} ist verfügbar.',
  'updates.download': 'Herunterladen',
  'updates.downloading': 'Heddle {version} wird heruntergeladen …',
  'updates.ready': 'Heddle {version} kann installiert werden. Aufträge laufen nach dem Neustart weiter.',
  'updates.install': 'Neu starten und installieren',
};
