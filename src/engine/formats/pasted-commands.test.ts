/** Commands as browsers and their extensions copy them. */
import { describe, expect, test } from 'vitest';
import { entriesIn, outlineOf, readList } from './read-list';

/** What of each entry says what is asked. */
async function requests(list: string): Promise<unknown[]> {
  return (await entriesIn(list)).map(({ urls, method, headers, body, fileName }) => ({
    url: urls.join(' '),
    ...(method === 'GET' ? {} : { method }),
    ...(headers.length === 0 ? {} : { headers: Object.fromEntries(headers) }),
    ...(body === null ? {} : { body }),
    ...(fileName === null ? {} : { fileName }),
  }));
}

describe('curl for Bash', () => {
  test('as Chrome copies it, with ANSI-C quoting and a range', async () => {
    const list = String.raw`curl 'http://a/video.mp4?x=1&y=2' \
  -H 'accept: */*' \
  -H 'range: bytes=0-' \
  -H 'if-range: "abc"' \
  -H 'accept-encoding: identity;q=1, *;q=0' \
  -H $'x-name: it\'s \u0021 \x41\101 \xc3\xa9' \
  -H 'x-empty;' \
  -b 'k=v; l=w' \
  --data-raw $'{"a":"b\nc\\d"}' \
  --compressed \
  --insecure ;
curl 'http://a/2'`;
    expect(await requests(list)).toEqual([
      {
        url: 'http://a/video.mp4?x=1&y=2',
        method: 'POST',
        headers: {
          accept: '*/*',
          // Byte by byte, as curl sends it.
          'x-name': Buffer.from("it's ! AA é").toString('latin1'),
          'x-empty': '',
          Cookie: 'k=v; l=w',
          'Content-Type': 'application/x-www-form-urlencoded',
        },
        body: '{"a":"b\nc\\d"}',
      },
      { url: 'http://a/2' },
    ]);
  });

  test.each([
    ['curl -L -C - "http://a/1" -o one', '1 http://a/1'],
    ['curl -LOC - http://a/1', '1 http://a/1'],
    ['curl --continue-at - -r 0- http://a/1', '1 http://a/1'],
    ['curl http://a/1 -H "Range: bytes=5-9"', '1 http://a/1'],
    ['curl http://a/1 -H "If-None-Match: x" -H "If-Modified-Since: y" -H "Host: A"', '1 http://a/1'],
    ['curl \\\r\n  http://a/1 \\\r\n  -s', '1 http://a/1'],
    ['curl\thttp://a/1\r# a remark', '1 http://a/1'],
    ['$ curl http://a/1', '1 http://a/1'],
    ['curl.exe "http://a/1"', '1 http://a/1'],
    ['# of today\ncurl http://a/1?x=1&y=2 -s', '2 http://a/1?x=1&y=2'],
  ])('%j', async (list, expected) => {
    expect(await outlineOf(list)).toEqual([expected]);
  });

  test.each([
    ['curl -r 0-99 http://a/1', 'Line 1 (a) asks for a part of a file.'],
    ['curl http://a/1 | tar x', 'Line 1 (a) sends its output elsewhere: name it with -o.'],
    ['curl http://a/1 -H "Host: b"', 'Line 1 (a) names another host than the one of its address.'],
    ['curl "http://a/$1"', 'Line 1 (a) has a part that only a shell can fill in.'],
    ['curl $(cat urls)', 'Line 1 has a part that only a shell can fill in.'],
    ['curl http://a/1 -o ~/x', 'Line 1 (a) has a part that only a shell can fill in.'],
    ["curl $'http://a/1", 'Line 1 has a quote that does not end.'],
    ['curl -K conf http://a/', 'Line 1 (a) has the option -K, which is not known here.'],
    ["curl 'http://a/b c'", 'Line 1 (a) is not an HTTP or HTTPS address.'],
    ["curl $'http://a/b\\tc'", 'Line 1 (a) is not an HTTP or HTTPS address.'],
  ])('%j is refused', async (list, message) => {
    expect(await outlineOf(list)).toEqual([message]);
  });

  test('several in one paste; one that is not understood is refused alone', async () => {
    expect(
      await outlineOf('curl http://a/1 && curl http://a/2; curl http://a/3 & curl -T x http://a/4\nls -l'),
    ).toEqual([
      '1 http://a/1',
      '1 http://a/2',
      '1 http://a/3',
      'Line 1 (a) has the option -T, which is not known here.',
      'Line 2 does not begin with curl or wget.',
    ]);
    expect(await outlineOf('curl http://a/1 || curl http://b/1')).toEqual([
      '1 http://a/1',
      'Line 1 (b) is only for when the command before it fails.',
    ]);
  });
});

test('all ranges of a command together stand for so many addresses at most', async () => {
  const most = 'http://a/[1-50000] http://b/[1-50000]';
  expect(await entriesIn(`curl ${most}`)).toHaveLength(100_000);
  expect(await outlineOf(`curl ${most} http://c/`)).toEqual([
    'Line 1 (a) stands for more than 100000 addresses.',
  ]);
});

test.each(['curl', 'wget'])('%s: what all addresses share is not checked without an end', async (program) => {
  const shared = `--header 'X: ${'x'.repeat(10_000)}'`;
  expect(await outlineOf(`${program} ${shared} ${'http://a/ '.repeat(50_000)}`)).toEqual([
    'Line 1 (a) has too many addresses for so many headers.',
  ]);
});

describe('curl for cmd.exe', () => {
  test('as Chrome copies it: everything in escaped quotes', async () => {
    const list = String.raw`curl ^"http://a/x?q=1^&r=^%^41^%^42^" ^
  -H ^"sec-ch-ua: ^\^"Chromium^\^";v=^\^"128^\^"^" ^
  -H ^"x-path: temp^\^\^" ^
  --data-raw ^"^{^\^"a^\^":1^}^

two^" &
curl ^"http://a/y^" ^
  -H ^"range: bytes=0-^" ^
  --compressed`.replaceAll('\n', '\r\n');
    expect(await requests(list)).toEqual([
      {
        url: 'http://a/x?q=1&r=%41%42',
        method: 'POST',
        headers: {
          'sec-ch-ua': '"Chromium";v="128"',
          'x-path': 'temp\\',
          'Content-Type': 'application/x-www-form-urlencoded',
        },
        body: '{"a":1}\ntwo',
      },
      { url: 'http://a/y' },
    ]);
  });

  test('as Firefox and older versions copy it: plain quotes', async () => {
    const list =
      'curl "http://a/x?q=1&r=2" ^\r\n  -H "x-key: say ""hi"" & ^go" ^\r\n  -H "y: a\\"b" --data-raw "one"^\r\n\r\n"two"\r\n';
    expect(await requests(list)).toEqual([
      {
        url: 'http://a/x?q=1&r=2',
        method: 'POST',
        headers: {
          'x-key': 'say "hi" & ^go',
          y: 'a"b',
          'Content-Type': 'application/x-www-form-urlencoded',
        },
        body: 'one\ntwo',
      },
    ]);
  });

  test.each([
    ['curl http://a/x?q=1^&r=2', ['1 http://a/x?q=1&r=2']],
    ['curl "http://a/%E4%BD%A0" ^\n-s', ['1 http://a/%E4%BD%A0']],
    ['curl "http://a/%TOKEN%" ^\n-s', ['Line 1 (a) has a part that only a shell can fill in.']],
    ['curl "http://a/1" ^\n-s > x', ['Line 1 (a) sends its output elsewhere: name it with -o.']],
    [
      'curl "http://a/1 ^\n-s',
      ['Line 1 (a) has a quote that does not end.', 'Line 2 does not begin with curl or wget.'],
    ],
  ])('%j', async (list, expected) => {
    expect(await outlineOf(list)).toEqual(expected);
  });
});

describe('wget', () => {
  test('as extensions copy it', async () => {
    const list = `wget --header="Host: a" --header="User-Agent: me/1" --header='Cookie: k=v' "http://a/f?x=1" -c -O 'my file.bin'\nwget -qnc --user=me --password 'p w' -P sub http://a/g http://a/h`;
    expect(await requests(list)).toEqual([
      { url: 'http://a/f?x=1', headers: { 'User-Agent': 'me/1', Cookie: 'k=v' }, fileName: 'my file.bin' },
      { url: 'http://me:p%20w@a/g' },
      { url: 'http://me:p%20w@a/h' },
    ]);
  });

  test.each([
    ['wget -r http://a/', 'Line 1 (a) has the option -r, which is not known here.'],
    ['wget -i list', 'Line 1 has the option -i, which is not known here.'],
    ['wget -O - http://a/', 'Line 1 (a) puts what it fetches into one place, which is not possible here.'],
    ['wget --post-file=x http://a/', 'Line 1 (a) has the option --post-file, which is not known here.'],
  ])('%s is refused', async (list, message) => {
    expect(await outlineOf(list)).toEqual([message]);
  });
});

describe('PowerShell', () => {
  const COPIED = `$session = New-Object Microsoft.PowerShell.Commands.WebRequestSession
$session.UserAgent = "Mozilla/5.0 (X11)"
$session.Cookies.Add((New-Object System.Net.Cookie("k", "a\`$b", "/", ".a.example")))
$session.Cookies.Add((New-Object System.Net.Cookie("other", "x", "/", "b.example")))
Invoke-WebRequest -UseBasicParsing -Uri "https://www.a.example/f?x=\`$1&y=\`"" \`
-Method "POST" \`
-WebSession $session \`
-Headers @{
"authority"="www.a.example"
  "method"="POST"
  "path"="/f"
  "scheme"="https"
  "accept"="*/*"
  "accept-encoding"="gzip"
  "range"="bytes=0-"
  "x-word"="caf$([char]233)"
} \`
-ContentType "text/plain" \`
-Body ([System.Text.Encoding]::UTF8.GetBytes("one\`ntwo$([char]9731)"));
Invoke-WebRequest -Uri 'http://b.example/it''s' -OutFile g.bin`;

  test('as browsers copy it, with a session and its cookies', async () => {
    expect(await requests(COPIED)).toEqual([
      {
        url: 'https://www.a.example/f?x=$1&y="',
        method: 'POST',
        headers: {
          accept: '*/*',
          'x-word': 'café',
          'User-Agent': 'Mozilla/5.0 (X11)',
          Cookie: 'k=a$b',
          'Content-Type': 'text/plain',
        },
        body: 'one\ntwo\u2603',
      },
      { url: "http://b.example/it's", fileName: 'g.bin' },
    ]);
    expect((await readList(COPIED)).format).toBe('powershell');
  });

  test('texts and tables that have a name', async () => {
    const list = `$h = @{ "x-key" = "1" }\n$uri = 'http://a/1'\nInvoke-RestMethod -Uri $uri -Headers $H -OutFile x\n`;
    expect(await requests(list)).toEqual([{ url: 'http://a/1', headers: { 'x-key': '1' }, fileName: 'x' }]);
  });

  test('lines of Windows', async () => {
    expect(await requests(COPIED.replaceAll('\n', '\r\n'))).toEqual(await requests(COPIED));
  });

  test.each([
    ['Invoke-WebRequest -Uri "http://a/$x"', 'Line 1 has a part that only PowerShell can fill in.'],
    ['Invoke-WebRequest -Uri "http://a/" -Proxy "x"', 'Line 1 (a) has an option that is not known here.'],
    ['Invoke-WebRequest -Uri "http://a/" -WebSession $s', 'Line 1 (a) names a session that is not there.'],
    [
      'Invoke-WebRequest -Uri "http://a/" | Out-File x',
      'Line 1 has a part that only PowerShell can fill in.',
    ],
    [
      '$session = New-Object Microsoft.PowerShell.Commands.WebRequestSession\n$session.Proxy = "x"\nInvoke-WebRequest -Uri "http://a/"',
      'Line 2 is no command that is known here.',
    ],
  ])('%j is refused', async (list, message) => {
    expect(await outlineOf(list)).toEqual([message]);
  });
});

describe('fetch', () => {
  test('as browsers copy it, several', async () => {
    const list = String.raw`fetch("http://a/x?a=1\u0026b=2", {
  "headers": {
    "accept": "*/*",
    "sec-ch-ua": "\"Chromium\";v=\"128\"",
    "range": "bytes=0-"
  },
  "referrer": "http://a/",
  "referrerPolicy": "strict-origin-when-cross-origin",
  "body": null,
  "method": "GET",
  "mode": "cors",
  "credentials": "include"
}); ;
await fetch('http://a/y', { headers: { cookie: 'k=v', }, body: "{\"a\":1}", method: 'POST' })
fetch("http://a/z");`;
    expect(await requests(list)).toEqual([
      {
        url: 'http://a/x?a=1&b=2',
        headers: { accept: '*/*', 'sec-ch-ua': '"Chromium";v="128"', Referer: 'http://a/' },
      },
      {
        url: 'http://a/y',
        method: 'POST',
        headers: { cookie: 'k=v', 'Content-Type': 'text/plain;charset=UTF-8' },
        body: '{"a":1}',
      },
      { url: 'http://a/z' },
    ]);
    expect((await readList(list)).format).toBe('fetch');
  });

  test.each([
    ['const r = await fetch("http://a/1");', ['1 http://a/1']],
    ['fetch(url)', ['Line 1 has a value that is not written out.']],
    ['fetch("http://a/" + x)', ['Line 1 (a) has code that is not understood.']],
    ['fetch("http://a/", options)', ['Line 1 (a) has code that is not understood.']],
    [
      'fetch("http://a/").then(f)\nfetch("http://a/2")',
      ['Line 1 (a) has code that is not understood.', '2 http://a/2'],
    ],
    ['fetch("http://a/", {"signal": "x"})', ['Line 1 (a) has an option that is not known here.']],
    ['fetch("http://a/", {"body": new FormData()})', ['Line 1 (a) has a value that is not written out.']],
    ['fetch("http://a/', ['Line 1 has a text that does not end.']],
  ])('%j', async (list, expected) => {
    expect(await outlineOf(list)).toEqual(expected);
  });
});
