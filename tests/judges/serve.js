// Starts one judge on a free port of loopback, tells which, and ends with whoever holds its standard input.
const judges = {
  dynalite: () => new Promise((resolve) => {
    const server = require('dynalite')({ createTableMs: 0 });
    server.listen(0, '127.0.0.1', () => resolve(server));
  }),
  'aws-ses-v2-local': () => require('aws-ses-v2-local').default({ host: '127.0.0.1', port: 0 }),
};

judges[process.argv[2]]().then((server) => console.log(server.address().port));
process.stdin.on('end', () => process.exit()).resume();
