export const monitoringFindings = () => [];
