/// What the program prints without arguments: in the form that operators of the Windows worker know.
enum UsageText {
    static func text(program: String) -> String {
        """
        Usage: '\(program) [options] install|update|remove|start [...]|stop|restart [...]|debug [...]'
        Options for 'install' and 'update' commands only:
         --username domain\\username : The account that the service runs under, without a domain
         --password password : Not needed: ignored and not stored
         --startup [manual|auto|disabled|delayed] : How the service starts, default = manual
         --interactive : Let the service reach the display of the user
         --perfmonini file: .ini file that names performance counters to export
         --perfmondll file: Not needed: performance data is served as OpenMetrics
        Options for 'start' and 'stop' commands only:
         --wait seconds: Wait for the service to actually start or stop.
                         With 'stop', the service and all services that depend
                         on it are stopped, each waiting that long.
        Options for all commands:
         --user : The service of this user instead of the machine's
        Other commands:
         status [--json] : How the service is
         engine install [--path folder] : Make the Python environment of the FOQUS engine
        '\(program) --help' tells more.
        """
    }
}
