// The Grafana dashboard, as data: rows of panels with their queries. Written by `npm run deploy`, because a page of JSON by hand hides its questions.
const source = { type: 'prometheus', uid: '${source}' };
const pick = 'service=~"$service"';

const row = (title) => ({ title, row: true });
const panel = (title, unit, queries, more = {}) => ({ title, unit, queries, ...more });
const rate = (metric, by, labels = pick) => `sum by (${by}) (rate(${metric}{${labels}}[$__rate_interval]))`;
const quantile = (q, metric, labels = pick) => `histogram_quantile(${q}, sum by (service, le) (rate(${metric}{${labels}}[$__rate_interval])))`;

const panels = [
  row('Requests'),
  panel('Requests', 'reqps', [[rate('http_server_request_duration_seconds_count', 'service'), '{{service}}']]),
  panel('Failed answers (5xx)', 'percentunit', [[`${rate('http_server_request_duration_seconds_count', 'service', `${pick}, http_response_status_code=~"5.."`)} / ${rate('http_server_request_duration_seconds_count', 'service')}`, '{{service}}']]),
  panel('Time to answer, 99 of 100', 's', [[quantile(0.99, 'http_server_request_duration_seconds_bucket'), '{{service}}']]),
  panel('Time to answer, half', 's', [[quantile(0.5, 'http_server_request_duration_seconds_bucket'), '{{service}}']]),
  panel('Calls to others that failed', 'reqps', [[rate('http_client_request_duration_seconds_count', 'service, server_address', `${pick}, http_response_status_code=~"5.."`), '{{service}} → {{server_address}}']]),
  panel('Refused by the limit', 'reqps', [['sum by (service) (rate(http_server_request_duration_seconds_count{service="api-gateway", http_response_status_code="429"}[$__rate_interval]))', '429']]),
  row('Business'),
  panel('Bookings made', 'short', [['sum by (http_response_status_code) (increase(http_server_request_duration_seconds_count{service="booking-service", http_request_method="POST", http_route=~"/api/v1/bookings/?"}[1h]))', '{{http_response_status_code}}']]),
  panel('Payments begun', 'short', [['sum by (http_response_status_code) (increase(http_server_request_duration_seconds_count{service="payment-service", http_request_method="POST", http_route=~"/api/v1/payments/?"}[1h]))', '{{http_response_status_code}}']]),
  panel('Stripe’s webhooks', 'short', [['sum by (http_response_status_code) (increase(http_server_request_duration_seconds_count{service="payment-service", http_route=~"/api/v1/webhooks/stripe/?"}[1h]))', '{{http_response_status_code}}']]),
  panel('Ledger: what does not agree', 'short', [['max(estospaces_ledger_differences)', 'rows'], ['max(estospaces_escrow_differences)', 'escrows']], { type: 'stat', red: 1 }),
  panel('Searches', 'reqps', [['sum(rate(http_server_request_duration_seconds_count{service="search-service"}[$__rate_interval]))', 'searches']]),
  panel('Pictures', 'short', [['sum by (outcome) (increase(media_processed_total[1h]))', '{{outcome}}']]),
  row('Facts'),
  panel('Age of the oldest fact that waits', 's', [['max by (module) (estospaces_outbox_oldest_seconds)', '{{module}}']]),
  panel('Behind', 'short', [['sum by (module, stream) (max by (module, stream, instance) (estospaces_events_lag))', '{{module}} of {{stream}}']]),
  panel('Told and handled', 'ops', [['sum by (module) (rate(estospaces_events_published_total[$__rate_interval]))', 'told by {{module}}'], ['sum by (module) (rate(estospaces_events_handled_total{outcome="handled"}[$__rate_interval]))', 'handled by {{module}}']]),
  panel('Given up', 'short', [['max by (module) (estospaces_inbox_parked)', 'heard by {{module}}'], ['max by (module) (estospaces_outbox_parked)', 'of {{module}}']], { type: 'stat', red: 1 }),
  panel('NATS and Redis', 'bool_on_off', [['min by (service) (estospaces_nats_connected)', 'NATS, {{service}}'], ['min by (service) (estospaces_redis_connected)', 'Redis, {{service}}']]),
  panel('Registered', 'short', [['max by (status) (registry_instances)', '{{status}}'], ['max(registry_self_preservation)', 'preserves itself']]),
  row('Postgres'),
  panel('Connections in use', 'short', [[`sum by (service) (db_client_connection_count{${pick}, db_client_connection_state="used"})`, '{{service}}']]),
  panel('Waiting for a connection', 'short', [[`sum by (service) (db_client_connection_npgsql_pending_requests{${pick}})`, '{{service}}']]),
  panel('Time of a command, 99 of 100', 's', [[quantile(0.99, 'db_client_operation_duration_seconds_bucket'), '{{service}}']]),
  panel('Commands', 'ops', [[rate('db_client_operation_duration_seconds_count', 'service'), '{{service}}']]),
  row('Processes'),
  panel('Memory', 'bytes', [[`sum by (service, instance) (dotnet_process_memory_working_set_bytes{${pick}})`, '{{service}} {{instance}}']]),
  panel('Processor', 'percentunit', [[rate('dotnet_process_cpu_time_seconds_total', 'service, instance'), '{{service}} {{instance}}']]),
  panel('Heap after the last collection', 'bytes', [[`sum by (service, gc_heap_generation) (dotnet_gc_last_collection_heap_size_bytes{${pick}})`, '{{service}} {{gc_heap_generation}}']]),
  panel('Pauses of the collector', 'percentunit', [[rate('dotnet_gc_pause_time_seconds_total', 'service, instance'), '{{service}} {{instance}}']]),
  panel('Exceptions', 'ops', [[rate('dotnet_exceptions_total', 'service, error_type'), '{{service}} {{error_type}}']]),
  panel('Work waiting for a thread', 'short', [[`max by (service, instance) (dotnet_thread_pool_queue_length_total{${pick}})`, '{{service}} {{instance}}']]),
];

/** The dashboard as Grafana imports it; it asks for its Prometheus. */
export function dashboard() {
  let x = 0, y = 0;
  const laid = panels.map((p, i) => {
    if (p.row) {
      if (x > 0) y += 8;
      x = 0;
      return { id: i + 1, type: 'row', title: p.title, collapsed: false, panels: [], gridPos: { x: 0, y: y++, w: 24, h: 1 } };
    }
    if (x === 24) [x, y] = [0, y + 8];
    const gridPos = { x, y, w: 8, h: 8 };
    x += 8;
    return {
      id: i + 1, type: p.type ?? 'timeseries', title: p.title, datasource: source, gridPos,
      fieldConfig: { defaults: { unit: p.unit, min: 0, ...(p.red ? { thresholds: { mode: 'absolute', steps: [{ color: 'green', value: null }, { color: 'red', value: p.red }] } } : {}) }, overrides: [] },
      options: p.type === 'stat' ? { reduceOptions: { calcs: ['lastNotNull'] }, colorMode: 'background' } : { legend: { displayMode: 'list', placement: 'bottom' }, tooltip: { mode: 'multi', sort: 'desc' } },
      targets: p.queries.map(([expr, legendFormat], n) => ({ refId: 'ABCD'[n], datasource: source, expr, legendFormat })),
    };
  });
  return {
    uid: 'estospaces', title: 'EstoSpaces', tags: ['estospaces'], schemaVersion: 39, version: 1, editable: true, refresh: '30s', timezone: 'browser', time: { from: 'now-3h', to: 'now' },
    templating: {
      list: [
        { name: 'source', type: 'datasource', label: 'Prometheus', query: 'prometheus' },
        { name: 'service', type: 'query', label: 'Service', datasource: source, definition: 'label_values(up{job="estospaces"}, service)', query: { query: 'label_values(up{job="estospaces"}, service)', refId: 'service' }, refresh: 2, includeAll: true, multi: true, allValue: '.*', current: { text: 'All', value: '$__all' }, sort: 1 },
      ],
    },
    annotations: { list: [] },
    panels: laid,
  };
}
