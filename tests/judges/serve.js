// Starts one judge on a free port of loopback, tells which, and ends with whoever holds its standard input.
const { createServer } = require('http');

function listening(server) {
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)));
}

const judges = {
  dynalite: () => listening(require('dynalite')({ createTableMs: 0 })),

  'aws-ses-v2-local': () => require('aws-ses-v2-local').default({ host: '127.0.0.1', port: 0 }),

  // what aws-ses-v2-local reads a message with; its store leaves the headers out
  mailparser: () => listening(createServer(async (request, response) => {
    const mail = await require('mailparser').simpleParser(request);
    response.end(JSON.stringify({ ...mail, headers: Object.fromEntries(mail.headers) }));
  })),
};

judges[process.argv[2]]().then((server) => console.log(server.address().port));
process.stdin.on('end', () => process.exit()).resume();
