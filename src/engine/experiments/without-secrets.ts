/** What a report may say of a request: reports are given away. */
import type { ParsedExperimentRequest } from '../../common/experiments/experiment';
import { isHttpUrl } from '../formats/entry';

/** @returns the request without passwords, tokens, values of headers, queries of URLs, and lists, whose lines may hold any of them */
export function withoutSecrets(request: ParsedExperimentRequest): ParsedExperimentRequest {
  const { work } = request;
  if (work.type !== 'job' || work.request.kind !== 'download') return request;
  const { urls, text, options } = work.request;
  return {
    ...request,
    work: {
      ...work,
      request: {
        ...work.request,
        urls: urls.map(shownAddress),
        text: text === null ? null : '(left out)',
        options: {
          ...options,
          user: null,
          bearer: null,
          keyPassword: null,
          userAgent: options.userAgent === null ? null : '(left out)',
          headers: options.headers.map(([name]) => [name, '(left out)']),
          proxy: options.proxy === null ? null : shownAddress(options.proxy),
        },
      },
    },
  };
}

function shownAddress(text: string): string {
  const { protocol, host, pathname, search } = isHttpUrl(text.trim()) ? new URL(text) : NOWHERE;
  // A password that was written without percent-encoding ends up in the path.
  if (host === '' || pathname.includes('@')) return '(left out)';
  return `${protocol}//${host}${pathname}${search === '' ? '' : '?(left out)'}`;
}

const NOWHERE = { protocol: '', host: '', pathname: '', search: '' };
