/** Plays many clients of one server: each asks on a connection of its own, and again as soon as it was answered. */
import { Agent, get } from 'node:http';
import type { MessagePort } from 'node:worker_threads';
import type { ClientsData, FromClients } from '../common/threads/clients';

export function playClients(port: MessagePort, data: ClientsData): void {
  port.once('message', () => {
    void ask(data).then((answers) => {
      const message: FromClients = { type: 'answered', answers };
      port.postMessage(message);
      port.close();
    });
  });
  const ready: FromClients = { type: 'ready' };
  port.postMessage(ready);
}

async function ask({ url, clients, requests }: ClientsData): Promise<string[]> {
  const agent = new Agent({ keepAlive: true, maxSockets: clients });
  const answers: string[] = [];
  let next = 0;
  const client = async (): Promise<void> => {
    while (next < requests) {
      const index = next++;
      answers[index] = await one(`${url}/${index + 1}`, agent);
    }
  };
  await Promise.all(Array.from({ length: clients }, client));
  agent.destroy();
  return answers;
}

/** Status and body, or why there was no answer. */
function one(url: string, agent: Agent): Promise<string> {
  return new Promise((resolve) => {
    get(url, { agent }, (response) => {
      let body = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => (body += chunk));
      response.on('end', () => {
        resolve(`${response.statusCode ?? 0} ${body}`);
      });
      response.on('error', (error) => {
        resolve(error.message);
      });
    }).on('error', (error) => {
      resolve(error.message);
    });
  });
}
