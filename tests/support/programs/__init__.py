"""The programs that tests start beside the service: databases, proxies, browsers and servers with faults."""
