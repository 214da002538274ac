/** What a report may say of a request: reports are given away. */
import type { ParsedExperimentRequest } from '../../common/experiment';

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
        urls: urls.map((url) => withoutLogin(url).replace(/\?.*$/su, '?(left out)')),
        text: text === null ? null : '(left out)',
        options: {
          ...options,
          user: null,
          bearer: null,
          headers: options.headers.map(([name]) => [name, '(left out)']),
          proxy: options.proxy === null ? null : withoutLogin(options.proxy),
        },
      },
    },
  };
}

function withoutLogin(url: string): string {
  return url.replace(/^(\s*[a-z][a-z0-9+.-]*:\/\/)[^/?#]*@/iu, '$1');
}
