/** The window in a browser, beside this one. */
import type { Settings } from '../../../common/model/settings';
import { text } from '../../../common/text/text';
import { request } from '../../bridge';
import { Button } from '../../components/button';
import { putOnClipboard } from '../../lib/clipboard';
import { notifyError, toast } from '../../state/notices';
import { changeSettings } from '../../state/settings';
import { OnOffRow, Row } from './rows';

async function copyLink(): Promise<void> {
  const link = await request('web:link', undefined);
  if (link === null) return;
  await putOnClipboard(link);
  toast(text('web.setting.copied'));
}

export function WebSettings({ settings: { web } }: { readonly settings: Settings }) {
  return (
    <>
      <OnOffRow
        name={text('web.setting')}
        note={text('web.setting.note')}
        words={text('web.setting.find')}
        keys={['web']}
        isOn={web}
        onChange={(isOn) => {
          changeSettings({ web: isOn });
        }}
      />
      {web && (
        <Row name={text('web.setting.link')} note={text('web.setting.link.note')} keys={[]}>
          <Button
            onPress={() => {
              copyLink().catch(notifyError);
            }}
          >
            {text('web.setting.copy')}
          </Button>
        </Row>
      )}
    </>
  );
}
